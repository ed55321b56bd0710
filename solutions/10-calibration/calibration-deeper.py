# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
# %% [markdown]
# # 10 · Calibration, deeper: what else can be wrong with a probability?
#
# **At the end you can**
#
# - split a Brier score into calibration and resolution, and say why a binned error is never 0;
# - see why calibrated probabilities can be wrong for every single row;
# - estimate a new prevalence without labels;
# - say for which models weights and a threshold are the same, and for which they are not.
#
# **Time** 40 minutes, optional: nothing is graded here. **You need** the core of lesson 10.
# **Builds on** lesson 04 (intervals), lesson 07 (weights) and lesson 09 (the threshold that follows from costs).

# %% [markdown]
# ## Two parts of one number
#
# Group the rows by what was said. In group $k$ with $n_k$ rows, let $p_k$ be what was said and $o_k$ the share that came;
# let $\bar o$ be the share of positives overall. Multiplying out the squares gives (Murphy 1973)
#
# $$B = \underbrace{\tfrac1n \sum_k n_k (p_k - o_k)^2}_{\text{calibration}}
#   - \underbrace{\tfrac1n \sum_k n_k (o_k - \bar o)^2}_{\text{resolution}}
#   + \underbrace{\bar o\,(1 - \bar o)}_{\text{the data}} .$$
#
# Here it is for the three forecasters of rain:

# %%
import numpy as np

rain = np.array([0, 0, 0, 0, 1, 0, 0, 1, 1, 1])
said = {"Honest": [0.2, 0.6], "Nervous": [0.6, 0.9], "Constant": [0.4, 0.4]}
for name, values in said.items():
    p = np.repeat(values, 5)
    came = np.array([rain[p == v].mean() for v in p])
    parts = np.mean((p - came) ** 2), np.mean((came - rain.mean()) ** 2)
    print(f"{name:8s} {np.mean((p - rain) ** 2):.3f} = {parts[0]:.3f} - {parts[1]:.3f} + 0.240")

# %% [markdown]
# Honest and Nervous have the same resolution, 0.04. Nervous pays 0.125 on top for being badly calibrated. Constant has neither part:
# its score is what comes for free.

# %% [markdown]
# ## An error in bins is never 0
#
# A popular summary is the *expected calibration error* (ECE): the mean distance between what was said and what came, over bins,
# weighted by their rows. Chance moves every bin, so even the *true* probabilities have an ECE above 0. How much above? Here
# positives are drawn from known probabilities, 2% on average, so the right answer is 0.

# %%
import pandas as pd

from imbalance_lab import plots
from imbalance_lab.evidence.scores import calibration


def ece(y, p):
    rows = pd.DataFrame({"y": y, "p": p, "bin": pd.qcut(p, 10, labels=False)})
    means = rows.groupby("bin")[["y", "p"]].mean()
    return (means["y"] - means["p"]).abs().mean()


def of_the_truth(n_rows, seed):
    rng = np.random.default_rng(seed)
    p = rng.beta(0.3, 14.7, n_rows)
    y = (rng.random(n_rows) < p).astype(int)
    return ece(y, p), calibration(y, p)["ici"]


# %%
sizes = [1000, 2500, 5000, 10_000, 25_000, 50_000]
errors = np.array([np.mean([of_the_truth(n, s) for s in range(8)], axis=0) for n in sizes])
with plots.picture(
    title="The truth has a calibration error, the larger the fewer positives",
    xlabel="positives (2% of the rows)",
    ylabel="error of the true probabilities",
    alt=f"ECE of the truth: {errors[0, 0]:.4f} with 20 positives, {errors[-1, 0]:.4f} with 1,000.",
) as ax:
    for name, curve in zip(("ECE in ten bins", "ICI, a smooth curve"), errors.T, strict=True):
        ax.plot(np.array(sizes) / 50, curve, marker="o", label=name)
    ax.set(xscale="log", ylim=(0, None))

# %% [markdown]
# With 20 positives the truth seems to be off by about 0.8 percentage points, where 2% are positive. The *integrated calibration index*
# (ICI) takes a smooth curve instead of bins and is smaller, but not 0 either. So compare such numbers only between models on the
# same rows, and remember that both are means over all rows, most of which are told nearly 0. What happens at the right end, where
# you act, they hardly see.

# %% [markdown]
# ## Calibrated, and wrong for everybody
#
# Calibration looks at rows that were told the same. Suppose that fraud is likely on new devices at night, and that a model does
# not know the hour. Where it says 20%, half of the rows are told too much and half too little:

# %%
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(0)
x, night = rng.normal(size=40_000), rng.integers(0, 2, 40_000)
truth = 1 / (1 + np.exp(3.5 - 1.2 * x - 1.5 * night))
y = (rng.random(40_000) < truth).astype(int)
p = LogisticRegression().fit(x[:20_000, None], y[:20_000]).predict_proba(x[20_000:, None])[:, 1]
groups = {
    "all rows": np.full(20_000, True),
    "night": night[20_000:] == 1,
    "day": night[20_000:] == 0,
}
with plots.picture(
    title="On the diagonal together, off it by night and by day",
    xlabel="mean predicted probability",
    ylabel="observed frequency of positives",
    alt="All rows lie on the diagonal; at night more comes than was said, by day less.",
) as ax:
    ax.plot([0, 0.4], [0, 0.4], color="grey", ls=":", label="perfectly calibrated")
    for name, rows in groups.items():
        bins = pd.qcut(p[rows], 10, labels=False)
        table = pd.DataFrame({"p": p[rows], "y": y[20_000:][rows]}).groupby(bins).mean()
        ax.plot(table["p"], table["y"], marker="o", label=name)

# %% [markdown]
# This is called the *grouping loss*: what a forecast loses because it puts unlike rows together. No calibrator can win it back, since
# it sees the score only. Features can, and so can a look at the reliability diagram of each group that you know.

# %% [markdown]
# ## Too low or too high?
#
# King and Zeng (2001) warn that logistic regression underestimates the probability of rare events, and Wallace and Dahabreh
# (2014) that probabilities of rare positives are too low although the overall calibration looks good. In the core you saw the
# opposite at the right end: what is told high is told *too* high. How can all of this be said? The second paper looks at the rows
# that turned out positive. They are told too little by the true probabilities as well, since nobody knows beforehand which rows will be
# positive. And the first is about the bias of the coefficients, which shrinks as positives are added. Here are the level and the
# slope for three numbers of positives and two of features, ten draws each:

# %%
from imbalance_lab.datasets import make_gauss
from imbalance_lab.experiments import interval


def level_and_slope(n_positives, n_features, seed):
    made = {"prevalence": 0.02, "n_features": n_features}
    X, y = make_gauss(50 * n_positives, random_state=seed, **made)
    X_new, y_new = make_gauss(10_000, random_state=1000 + seed, **made)
    p = LogisticRegression(max_iter=500).fit(X, y).predict_proba(X_new)[:, 1]
    found = calibration(y_new, p)
    return found["expected_observed"], found["slope"]


settings = [(20, 30), (20, 5), (80, 30), (80, 5), (400, 30)]
measured = {s: np.transpose([level_and_slope(*s, seed) for seed in range(10)]) for s in settings}
slopes = {f"{k} positives, {d} features": interval(v[1]) for (k, d), v in measured.items()}
plots.intervals(
    slopes,
    xlabel="calibration slope on new rows, mean of 10 draws (1 is right)",
    ylabel="trained on",
    title="Overconfident where positives are few for each feature",
    baseline=1.0,
    decimals=2,
)

# %% [markdown]
# All rows of the picture have 2% positives. What differs is how many there are for each feature, the **[events per
# parameter](../../docs/glossary.md#events-per-parameter)**: 0.7, 4, 2.7, 16 and 13 from top to bottom. In this order,
# 0.7, 2.7, 4, 13, 16, the slope rises from 0.64 to 0.97. A rule of thumb asks for ten: below it, Peduzzi and others (1996) found
# the coefficients of a model of seven features biased. But ten is no law. Van Smeden and others (2016) compared such
# simulations and found little support for any one number, since other things count as well, the number of rows among
# them. In the core, eight events per parameter gave a slope near 1.

# %%
from imbalance_lab.claims import Claim

Claim(
    "With rare classes a model's probabilities are weak, because the minority contributes little to"
    " the loss.",
    verdict="holds only if",
    because=(
        "there are few positives for what has to be learned, and not because they are a small share."
        f" At 2% positives the slope was {slopes['20 positives, 30 features']:.2f} with 20 positives and"
        f" 30 features, and {slopes['400 positives, 30 features']:.2f} with 400. E/O was"
        f" {interval(measured[20, 30][0]):.2f} even then."
    ),
    reference="wallace2014",
    evidence="E04",
)

# %% [markdown]
# ## Which prevalence is it?
#
# A model was trained at 2% positives. The new rows have 10%, and nobody has told us. Saerens and others (2002) find it
# from rows without labels: make the model one for a guessed prevalence, take the mean of what it says as the next guess, and
# repeat until the guess stays. So what they look for is the prevalence at which a model made for it says, on average, just that.
# A linear discriminant analysis takes the prevalence as an argument, `priors`, and SciPy's `brentq` finds the place in few tries.
# **Predict:** what happens to the estimate if the new positives are also harder to tell from the negatives?

# %%
my_prediction = None  # "too low", "right" or "too high"

# %%
from scipy.optimize import brentq
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis


def estimated_prevalence(X, y, X_new):
    def said_more_than(guess):
        model = LinearDiscriminantAnalysis(priors=[1 - guess, guess]).fit(X, y)
        return model.predict_proba(X_new)[:, 1].mean() - guess

    return brentq(said_more_than, 0.001, 0.9, xtol=1e-5)


def found_prevalence(separation, seed):
    X, y = make_gauss(6000, prevalence=0.02, random_state=seed)
    made = {"prevalence": 0.10, "separation": separation, "random_state": 1000 + seed}
    return estimated_prevalence(X, y, make_gauss(6000, **made)[0])


# %%
ways = {"positives as before": 0.9, "positives harder to tell": 0.5}
print("you predicted:", my_prediction)
plots.intervals(
    {name: interval([found_prevalence(s, seed) for seed in range(8)]) for name, s in ways.items()},
    xlabel="estimated prevalence, mean of 8 draws",
    ylabel="in the new place",
    title="The prevalence, estimated without labels",
    baseline=0.10,
    baseline_label="the prevalence",
)

# %% [markdown]
# Under a prior shift the prevalence is found without a single label. Where the positives themselves have changed, the estimate is far too
# low, and nothing in the unlabelled rows says so. Check with labels as soon as they arrive.

# %% [markdown]
# ## Weights or the threshold: seven models
#
# For a model that fits, balanced weights at 0.5 decide like the plain model at π, as the core recalls. Here is how it goes
# for models that fit and for some that do not: three of the core, a logistic regression with a penalty far too strong, a forest, a single
# tree, and a logistic regression on *bent* data, whose log odds are no straight line. Positive numbers speak for weights.

# %%
from lightgbm import LGBMClassifier
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.tree import DecisionTreeClassifier

from imbalance_lab.datasets import make_bent

boosting = LGBMClassifier(n_estimators=20, n_jobs=1, random_state=0, verbosity=-1)
small = {"num_leaves": 6, "min_child_weight": 1.0, "reg_lambda": 10, "n_estimators": 40}
MODELS = {
    "logistic": (LogisticRegression(), make_gauss),
    "boosting": (boosting, make_gauss),
    "boosting, regularised": (clone(boosting).set_params(**small), make_gauss),
    "forest": (RandomForestClassifier(20, random_state=0), make_gauss),
    "tree, leaves of 20 rows": (
        DecisionTreeClassifier(min_samples_leaf=20, random_state=0),
        make_gauss,
    ),
    "logistic, C = 0.001": (LogisticRegression(C=0.001), make_gauss),
    "logistic, bent data": (LogisticRegression(), make_bent),
}


# %%
def gain_of_weights(model, make, seed):
    X, y = make(3000, prevalence=0.05, random_state=seed)
    X_new, y_new = make(8000, prevalence=0.05, random_state=1000 + seed)
    plain = clone(model).fit(X, y).predict_proba(X_new)[:, 1] >= y.mean()
    weighted = clone(model).set_params(class_weight="balanced").fit(X, y).predict(X_new)
    return balanced_accuracy_score(y_new, weighted) - balanced_accuracy_score(y_new, plain)


gains = {
    name: interval([gain_of_weights(*how, s) for s in range(6)]) for name, how in MODELS.items()
}
plots.intervals(
    gains,
    xlabel="balanced accuracy: weights at 0.5 minus plain model at π, mean of 6 draws",
    ylabel="model",
    title="The same decisions where the model fits",
    baseline=0.0,
)

# %% [markdown]
# The logistic regression and the regularised boosting decide equally well either way. Default boosting and the forest are worse
# with weights: they are so sure of their training rows that 0.5 is no longer the place of π. With a penalty far too strong the weights win,
# because the probabilities are squeezed together around π; such a model wants less penalty, not other weights. And on bent data weights win a
# little, for a reason of principle: a straight line that can't fit everywhere should fit where it is used, and weights move it there. Bach and
# others (2006) show how to look for the best pair of weight and threshold.

# %%
Claim(
    "The classes must be balanced, or the rare one will not be found at the threshold 0.5.",
    verdict="holds only if",
    because=(
        "one insists on 0.5. The plain model with the threshold π makes the same decisions where it fits: in"
        f" balanced accuracy the weights at 0.5 were ahead by {gains['logistic']:+.3f} for logistic regression,"
        f" and by {gains['forest']:+.3f} for a forest. Where the model can't fit, weights can gain:"
        f" {gains['logistic, bent data']:+.3f} on bent data."
    ),
    reference="elkan2001",
    evidence="E02",
)

# %% [markdown]
# ## Forecast and decide
#
# Five simulated companies, judged on later days with the threshold of lesson 09 for each transaction, $4 / (\text{amount} + 15)$, which
# is right for calibrated probabilities only. **Predict:** what does it cost to use balanced probabilities with it, in euros a transaction?

# %%
my_prediction = None  # such as 0.05

# %%
from imbalance_lab.datasets import (
    cost_of_decisions,
    make_transactions,
    split_by_time,
    transaction_encoder,
)


def company(seed):
    learn, judge = split_by_time(make_transactions(12_000, random_state=seed))
    y, y_new = learn.pop("is_fraud").to_numpy(), judge.pop("is_fraud").to_numpy()
    encoder = transaction_encoder().fit(learn)
    return encoder.transform(learn), y, encoder.transform(judge), y_new, judge["amount"].to_numpy()


# %%
def undo(p, beta):  # as in the core: balanced weights act like undersampling with β = n₁ / n₀
    return beta * p / (beta * p - p + 1)


def costs(seed):
    X, y, X_new, y_new, amount = company(seed)
    beta, p = (y == 1).sum() / (y == 0).sum(), {}
    for name, model in {
        "logistic": LogisticRegression(max_iter=1000),
        "boosting": boosting,
    }.items():
        p[f"{name}, plain"] = clone(model).fit(X, y).predict_proba(X_new)[:, 1]
        heavy = clone(model).set_params(class_weight="balanced").fit(X, y)
        p[f"{name}, weights"] = heavy.predict_proba(X_new)[:, 1]
        p[f"{name}, weights undone"] = undo(p[f"{name}, weights"], beta)
    tame = clone(boosting).set_params(**small).fit(X, y)
    p["boosting, regularised"] = tame.predict_proba(X_new)[:, 1]
    bill = {n: cost_of_decisions(y_new, q >= 4 / (amount + 15), amount) for n, q in p.items()}
    return pd.Series(bill).sub(bill["logistic, plain"]).div(len(y_new))


# %%
bills = pd.DataFrame([costs(seed) for seed in range(5)]).drop(columns="logistic, plain")
print("you predicted:", my_prediction)
plots.intervals(
    {name: interval(bills[name]) for name in bills},
    xlabel="€ per transaction more than the plain logistic regression, mean of 5 companies",
    ylabel="probabilities",
    title="What each kind of probabilities costs",
    baseline=0.0,
    decimals=2,
)

# %% [markdown]
# With balanced probabilities nearly everything is flagged, because the same correction is made twice. Undone, the logistic regression is usable again. Default boosting is
# more expensive than the plain logistic regression, and undoing its weights does not mend it; regularised, it is not shown to differ.

# %%
# Bills with weights, and with weights undone
weights, undone = (interval(bills[f"logistic, {way}"]) for way in ("weights", "weights undone"))
Claim(
    "At extreme imbalance, use calibrated probabilities and a cost analysis.",
    verdict="holds",
    because=(
        "And not only there: the two belong together. On the transactions the threshold from costs with"
        f" balanced probabilities cost {weights:+.2f} € per transaction more than with those of the plain"
        f" model, and {undone:+.2f} € once the weights were undone."
    ),
    reference="elkan2001",
    evidence="E10 E79",
)

# %% [markdown]
# ## On real data
#
# The digit 8 among 1,797 scanned digits (lesson 01), made as rare as 5%. Gaussian naive Bayes treats pixels as independent, counts the
# same evidence many times over, and so is far too sure. Calibrators learn on folds. Splits of one data set share their rows, so the
# interval is the corrected one of lesson 04.

# %%
from scipy import stats
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imbalance_lab.datasets import load_rare_digits

X_digits, y_digits = load_rare_digits(8, prevalence=0.05, random_state=0)
naive = make_pipeline(StandardScaler(), GaussianNB(var_smoothing=0.01))
METHODS = ("sigmoid", "isotonic", "temperature")
FITS = {m: CalibratedClassifierCV(naive, method=m, cv=3) for m in METHODS} | {
    "logistic, C = 0.1": make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)),
}


# %%
def losses(seed):
    parts = train_test_split(
        X_digits, y_digits, test_size=0.4, stratify=y_digits, random_state=seed
    )
    X_a, X_b, y_a, y_b = parts
    fits = {"naive Bayes": naive} | FITS
    p = {n: clone(f).fit(X_a, y_a).predict_proba(X_b)[:, 1] for n, f in fits.items()}
    return {n: log_loss(y_b, np.clip(q, 1e-4, 1 - 1e-4)) for n, q in p.items()}


# %%
runs = pd.DataFrame([losses(seed) for seed in range(10)])
free = log_loss(y_digits, np.full(len(y_digits), y_digits.mean()))
print(f"log loss: naive Bayes as it is {runs['naive Bayes'].mean():.2f}, the constant {free:.2f}")
found = {}
for name in FITS:
    half = stats.t.ppf(0.975, 9) * np.sqrt(runs[name].var() * (1 / 10 + 0.4 / 0.6))
    found[name] = (runs[name].mean(), runs[name].mean() - half, runs[name].mean() + half)
plots.intervals(
    found,
    xlabel="log loss, mean of 10 splits, corrected interval",
    ylabel="calibrated by, or instead",
    title="Naive Bayes needs a level and a slope",
    baseline=float(free),
    baseline_label="the constant forecast",
    decimals=2,
)

# %% [markdown]
# As it is, naive Bayes is far worse than the constant forecast. A *temperature*, a slope without a level, helps and is still worse than the
# constant. Platt scaling and isotonic regression bring both, and the difference between the two is not shown. The regularised logistic
# regression, which nobody calibrated, is lowest: a calibrator can't add what a model does not know. (scikit-learn's `method="sigmoid"` takes
# the probability itself as the score from a model that has no `decision_function`, such as naive Bayes; on the log odds it would be another
# curve.)

# %% [markdown]
# ## A set instead of a number
#
# Sometimes a promise about decisions is enough. *Conformal prediction* returns a set of labels, one or both, that holds the right
# one for a promised share of the rows, whatever the model. On rows that the model has not seen, count how strange each true label
# looked, $1-p$ of it; the 90% quantile is the limit up to which a label stays in the set. For a rare class one limit for all rows is not
# enough, since it can leave out most positives and still be right for 90% of all. So compare with one limit for each class:


# %%
def limits(p, y, per_class):
    """Return for labels 0 and 1 how strange one may look, to be in the set in 90% of cases."""
    strange = np.where(y == 1, 1 - p, p)
    groups = [strange[y == label] if per_class else strange for label in (0, 1)]
    return [np.quantile(group, 0.9, method="higher") for group in groups]


def covered(seed, per_class):
    X, y = make_gauss(16_000, prevalence=0.05, random_state=seed)
    model = LogisticRegression().fit(X[:4000], y[:4000])
    p = model.predict_proba(X[4000:])[:, 1]
    low, high = limits(p[:6000], y[4000:10_000], per_class)
    p_new, y_new = p[6000:], y[10_000:]
    held = np.where(y_new == 1, 1 - p_new <= high, p_new <= low)
    return {"of all": held.mean(), "of the positives": held[y_new == 1].mean()}


# %%
kinds = {"one limit": False, "one for each class": True}
shares = {k: pd.DataFrame([covered(seed, v) for seed in range(10)]) for k, v in kinds.items()}
plots.intervals(
    {f"{kind}, {what}": interval(s[what]) for kind, s in shares.items() for what in s},
    xlabel="share of sets that hold the right label, mean of 10 draws",
    ylabel="limits",
    title="One limit for all forgets the rare class",
    baseline=0.9,
    baseline_label="promised",
    decimals=2,
)

# %% [markdown]
# With one limit the promise is kept for all rows together, and for hardly any positive: their label looks strange to a model that has
# learned how rare they are. With a limit for each class it is kept for both. The price is that more rows get both labels, which is an
# honest way to say "I don't know".

# %% [markdown]
# ## Take away
#
# - A Brier score has a part for calibration and a part for resolution; a binned error is never 0.
# - Calibrated means calibrated on average over rows that were told the same. Look at groups.
# - A prevalence can be estimated without labels, as long as only the mix has changed.
# - Weights and a threshold are the same for a model that fits. Where it can't fit, try both.
#
# **Now try it on real data.** `fetch_public("creditcard")` of `imbalance_lab.datasets`: 284,807 card
# transactions, 492 of them frauds (downloaded once; without a network a message says so). Train on one
# negative in a hundred and correct the probabilities. What are E/O and the slope on the other rows?
#
# ## Further reading
#
# - Bach et al. (2006). [*Considering cost asymmetry in learning
#   classifiers*](../../docs/bibliography.md#bach2006).
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001).
# - Brier (1950). [*Verification of forecasts expressed in terms of
#   probability*](../../docs/bibliography.md#brier1950): three pages, out of weather forecasting.
# - Murphy (1973). [*A new vector partition of the probability
#   score*](../../docs/bibliography.md#murphy1973).
# - Saerens et al. (2002). [*Adjusting the outputs of a classifier to new a priori probabilities: a
#   simple procedure*](../../docs/bibliography.md#saerens2002).
# - Wallace & Dahabreh (2014). [*Improving class probability estimates for imbalanced
#   data*](../../docs/bibliography.md#wallace2014).
# - Peduzzi et al. (1996). [*A simulation study of the number of events per variable in logistic
#   regression analysis*](../../docs/bibliography.md#peduzzi1996).
# - van Smeden et al. (2016). [*No rationale for 1 variable per 10 events criterion for binary logistic
#   regression analysis*](../../docs/bibliography.md#vansmeden2016).
# - King & Zeng (2001). [*Logistic regression in rare events data*](../../docs/bibliography.md#king2001).
# - Platt (1999). [*Probabilistic outputs for support vector machines and comparisons to regularized
#   likelihood methods*](../../docs/bibliography.md#platt1999).
# - Zadrozny & Elkan (2002). [*Transforming classifier scores into accurate multiclass probability
#   estimates*](../../docs/bibliography.md#zadrozny2002).
# - Carriero et al. (2025). [*The harms of class imbalance corrections for machine learning based
#   prediction models: a simulation study*](../../docs/bibliography.md#carriero2025).
#
# **Next:** lesson 11 asks what ensembles add, and what is left to do when there are only a handful of
# positives.
