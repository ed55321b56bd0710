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
# # 01 · The accuracy paradox: how can 99% be terrible?
#
# **At the end you can**
#
# - say what accuracy a model gets for free, and what it adds to that;
# - put a price on each kind of mistake, and choose the cheapest of several rules by it;
# - explain why a model that never says "fraud" is not broken;
# - tell two kinds of rarity apart, and say what each of them limits.
#
# **Time** 80 minutes. **You need** pandas, and `fit` and `predict` of scikit-learn.
# **Builds on** lesson 00 (how exercises are solved and validated).

# %% [markdown]
# ## A detector that has learned nothing
#
# A payment company records 40,000 card transactions in 90 days. Some are frauds. The data are
# synthetic (`make_transactions` draws them). A model learns from the first 60% of the time and is
# judged on the last 30%; what happens in between is known too late. The prices are those of the
# whole course: to review a transaction by hand costs €4, whatever the review finds, and a fraud that
# nobody reviews costs its amount plus €15 of paperwork.

# %%
from imbalance_lab.datasets import make_transactions, split_by_time

transactions = make_transactions(random_state=0)
train, test = split_by_time(transactions)
print(f"{len(train):,} transactions to learn from, {len(test):,} later ones to judge")
transactions[["amount", "hour", "merchant", "channel", "new_device", "is_fraud"]].head(4)

# %% [markdown]
# First look at how many of each class there are.

# %%
from imbalance_lab import plots

plots.class_counts(train["is_fraud"], class_names={0: "legitimate", 1: "fraud"})

# %% [markdown]
# **Predict before you run.** The simplest "detector" calls every transaction legitimate. It has
# learned nothing. What share of the later transactions will it get right?

# %%
my_prediction = None  # your guess, between 0 and 1

# %%
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score

y_train, y_test = train["is_fraud"], test["is_fraud"]
X_train, X_test = train.drop(columns="is_fraud"), test.drop(columns="is_fraud")
always_legitimate = DummyClassifier(strategy="most_frequent").fit(X_train, y_train)
accuracy = accuracy_score(y_test, always_legitimate.predict(X_test))
print(f"you predicted {my_prediction}; its accuracy is {accuracy:.3f}")

# %% [markdown]
# A model that knows nothing is right more than 99 times in 100. Now two detectors that have learned
# something. Both use the same logistic regression, which gives each transaction a probability of
# fraud. *Careful* [flags](../../docs/glossary.md#flag) a transaction, that is, sends it to a review,
# when this probability is at least 0.5. That is what `predict` does. *Nervous* flags it when the
# probability is at least 0.05.

# %%
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import transaction_encoder

model = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
probability = model.fit(X_train, y_train).predict_proba(X_test)[:, 1]
flagged_by = {
    "always legitimate": always_legitimate.predict(X_test),
    "careful": (probability >= 0.5).astype(int),
    "nervous": (probability >= 0.05).astype(int),
}

# %% [markdown]
# **Predict before you run.** Which of the three has the highest
# [accuracy](../../docs/glossary.md#accuracy)? Which one costs the company least?

# %%
my_prediction = None  # two names: the most accurate one, the cheapest one

# %%
import numpy as np
import pandas as pd

from imbalance_lab.datasets import cost_of_decisions

rows = {
    name: (accuracy_score(y_test, flagged), cost_of_decisions(y_test, flagged, X_test["amount"]))
    for name, flagged in flagged_by.items()
}
comparison = pd.DataFrame.from_dict(rows, orient="index", columns=["accuracy", "cost (€)"])

# %%
told = "; ".join(f"{name}: {a:.3f}, €{c:,.0f}" for name, a, c in comparison.itertuples())
print(f"you predicted {my_prediction}")
with plots.picture(
    title="Three detectors, judged twice",
    panels=["accuracy", "what they cost"],
    xlabel=["share of right decisions", "cost of the test period (€)"],
    ylabel="detector",
    ncols=2,
    sharey=True,
    height=2.6,
    alt=f"Accuracy and cost of three detectors. {told}.",
) as axes:
    for ax, column, form in zip(axes, comparison, ("{:.3f}", "{:,.0f}")):
        bars = ax.barh(comparison.index[::-1], comparison[column][::-1])
        ax.bar_label(bars, fmt=form, padding=3)
        ax.margins(x=0.3)

# %% [markdown]
# On the left the bars are hard to tell apart, and *nervous* is the least accurate of the three. On the
# right it costs little more than half of what the other two cost. How can that be?

# %% [markdown] covers="E01 E26"
# ## Where the 99% come from
#
# Call the share of the rare class $\pi$, its **[prevalence](../../docs/glossary.md#prevalence)**.
# Whoever always answers with the common class is wrong on exactly the rare cases, so
#
# $$\text{accuracy of the constant answer} = 1 - \pi .$$
#
# The number describes the data, not a model. If two of ten transactions are frauds, "never a fraud"
# is right in 8 of 10 cases; if one in a thousand is, in 999 of 1,000.

# %% [markdown]
# ### Exercise 1: the accuracy that comes for free
#
# Write the function that every report on a classifier should begin with.


# %% answer="majority-accuracy"
def majority_accuracy(y):
    """Return the accuracy of the best constant answer.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of any kind: numbers, strings, booleans; two or more classes.
        Any class may be the common one.

    Returns
    -------
    float
        Between 0 and 1.

    Example by hand: of ["ok", "ok", "fraud", "ok"] three of four are "ok",
    so the best constant answer has accuracy 0.75.
    """
    ### BEGIN SOLUTION
    _, counts = np.unique(np.asarray(y), return_counts=True)
    return float(counts.max() / counts.sum())
    ### END SOLUTION


# %% try="majority-accuracy"
majority_accuracy(["ok", "ok", "fraud", "ok"])

# %% graded="majority-accuracy" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import MAJORITY_ACCURACY

check(majority_accuracy, MAJORITY_ACCURACY).on(["ok", "ok", "fraud", "ok"]).gives(0.75)
check(majority_accuracy, MAJORITY_ACCURACY).on([1, 1, 1, 0, 1]).gives(0.8)
check(majority_accuracy, MAJORITY_ACCURACY).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(majority_accuracy, MAJORITY_ACCURACY).keeps_its_contract(keys.MAJORITY_ACCURACY.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## What a model adds
#
# If 0.990 is free, a model with 0.991 has closed a tenth of the gap to perfection, and one with
# 0.988 is worse than no model. To see that, measure from the free accuracy, the
# **[baseline](../../docs/glossary.md#baseline)** $b$. For a model with accuracy $a$,
#
# $$\text{skill} = \frac{a - b}{1 - b} .$$
#
# [Skill](../../docs/glossary.md#skill) 1 is perfect, 0 is as good as the constant answer, below 0 is
# worse. An accuracy of 0.95 where 0.90 is free has gone half of the way to 1: its skill is 0.5.

# %%
baseline = comparison.loc["always legitimate", "accuracy"]
((comparison["accuracy"] - baseline) / (1 - baseline)).round(2).rename("skill").to_frame()

# %% [markdown]
# Skill takes the shine off the high numbers: next to nothing was gained. But it still puts *nervous*
# last, and by far, although *nervous* saves most money. A baseline alone does not help. Accuracy counts
# something that nobody here wants counted. What exactly?

# %% [markdown] covers="E12"
# ## Four kinds of outcome, not two
#
# A decision about a rare event has not two outcomes but four. Call the rare
# class **[positive](../../docs/glossary.md#positive)** (label 1), the other
# **[negative](../../docs/glossary.md#negative)** (label 0):
#
# | | flagged (predicted 1) | passed (predicted 0) |
# | --- | --- | --- |
# | **fraud** (truly 1) | [true positive](../../docs/glossary.md#true-positive), TP: caught | [false negative](../../docs/glossary.md#false-negative), FN: missed |
# | **legitimate** (truly 0) | [false positive](../../docs/glossary.md#false-positive), FP: false alarm | [true negative](../../docs/glossary.md#true-negative), TN: left in peace |
#
# The second word says what was predicted, the first whether that was true: a false negative was
# called negative, and that was false. Accuracy is $(TP + TN) / n$. Here are the four counts of two
# of our detectors.

# %%
plots.confusion_matrix(
    y_test,
    {name: flagged_by[name] for name in ("always legitimate", "nervous")},
    labels=[0, 1],
    class_names={0: "legitimate", 1: "fraud"},
)

# %% [markdown]
# Look at the numbers, not at the shades (they show shares of a row). The true negatives, top left,
# make up nearly all of either accuracy. What matters stands in the bottom row, where the frauds are.
# The constant answer leaves its right column empty: nobody is flagged, so there is neither a caught
# fraud nor a false alarm.

# %% [markdown]
# ## Put a price on each mistake
#
# Accuracy prices a missed fraud and a false alarm alike. Give them their own prices and the
# verdict can change. With $c_{FP}$ for a false alarm and $c_{FN}$ for a missed positive:
#
# $$\text{cost} = c_{FP} \cdot FP + c_{FN} \cdot FN$$
#
# By hand, on ten transactions, two of them frauds. Model A flags nobody: 8 of 10 decisions are right,
# and both frauds are missed. Model B flags both frauds and three legitimate transactions: 7 of 10 are
# right, none is missed, and there are three false alarms. With $c_{FP} = 4$ and $c_{FN} = 60$, A costs
# $2 \cdot 60 = 120$ and B costs $3 \cdot 4 = 12$. The more accurate model costs ten times as much.
#
# Let the price of a miss grow from 0 to 20:

# %%
price = np.array([0, 20])
with plots.picture(
    title="Which of two models is cheaper depends on the price of a miss",
    xlabel="price of a missed positive (€); a false alarm costs €4",
    ylabel="cost on ten transactions (€)",
    height=3.2,
    alt="Model A, with two misses, costs 0 to 40 euros as the price of a miss grows from 0 to 20."
    " Model B, with three false alarms, always costs 12. The lines cross at a price of 6.",
) as ax:
    ax.plot(price, 2 * price, label="model A: 2 misses, accuracy 0.8")
    ax.plot(price, [12, 12], label="model B: 3 false alarms, accuracy 0.7")

# %% [markdown]
# Where the lines cross, at €6, both cost the same. Below it A is the right choice, above it B.
# Accuracy has chosen a point on this axis for you without asking: the one at which a miss costs as
# much as a false alarm, here €4.

# %% [markdown]
# ### Exercise 2: the cost of decisions


# %% answer="cost-of"
def cost_of(y_true, y_pred, cost_fp, cost_fn):
    """Return the total cost of the wrong decisions. Right decisions cost nothing.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True labels and decisions, 0 (negative) or 1 (positive).
    cost_fp : float
        Cost of one false alarm, in any currency.
    cost_fn : float
        Cost of one missed positive, in the same currency.

    Returns
    -------
    float
        The total over all samples, not the mean.

    Example by hand: y_true = [0, 0, 1, 1, 1], y_pred = [1, 0, 1, 0, 0] has one false alarm
    and two misses. With cost_fp = 1 and cost_fn = 10 they cost 1 + 20 = 21.
    """
    ### BEGIN SOLUTION
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    n_fp = np.sum((y_true == 0) & (y_pred == 1))
    n_fn = np.sum((y_true == 1) & (y_pred == 0))
    return float(cost_fp * n_fp + cost_fn * n_fn)
    ### END SOLUTION


# %% try="cost-of"
cost_of([0, 0, 1, 1, 1], [1, 0, 1, 0, 0], cost_fp=1, cost_fn=10)

# %% graded="cost-of" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import COST_OF

check(cost_of, COST_OF).on([0, 0, 1, 1, 1], [1, 0, 1, 0, 0], cost_fp=1, cost_fn=10).gives(21)
check(cost_of, COST_OF).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(cost_of, COST_OF).keeps_its_contract(keys.COST_OF.hidden())
### END HIDDEN TESTS

# %% [markdown]
# In this formula right decisions are free. The company pays €4 for *every* review, also for one that
# finds a fraud. That changes no ranking: charge a miss €4 less, and the two bills differ by €4 for
# each fraud, whatever was flagged. And a missed fraud has no fixed price; it costs its own amount plus
# €15. `cost_of_decisions`, which you saw above, charges every review and every amount.

# %% [markdown]
# ## Which rule is the cheapest?
#
# Many companies have no model but rules. Here are five: flag *nobody*; flag what comes from a *new
# device and abroad*; flag every *new device*; flag *any sign* of fraud (a new device, abroad, or a
# payment declined in the hour before); flag *everybody*. A company knows what happened in the past 60
# days, and wants one rule for the next 60.

# %%
from imbalance_lab.exercises.rules import CURVE, company

RULES = ["nobody", "new device and abroad", "new device", "any sign", "everybody"]
past, later = company(1)
print(f"{len(past):,} transactions of the past 60 days, {past['is_fraud'].sum()} of them frauds")
past.head(3)

# %% [markdown]
# Each rule has a column, with a 1 where it flags a transaction. How accurate are the rules, and what
# share of the frauds do they find?

# %%
frauds = past[past["is_fraud"] == 1]
accuracy = past[RULES].eq(past["is_fraud"], axis="index").mean()
judged = pd.DataFrame({"accuracy": accuracy, "frauds found": frauds[RULES].mean()})
told = "; ".join(f"{rule}: {a:.3f} and {found:.2f}" for rule, a, found in judged.itertuples())
with plots.picture(
    title="Five rules at one company, in the past 60 days",
    xlabel="share",
    ylabel="rule",
    height=3.4,
    alt=f"Accuracy and share of the frauds found by five rules. {told}.",
) as ax:
    judged.plot.barh(ax=ax, width=0.75, xlim=(0, 1.15), xlabel="share", ylabel="rule")
    for bars in ax.containers:
        ax.bar_label(bars, fmt="{:.2f}", padding=3)
    ax.invert_yaxis()
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))

# %% [markdown]
# The more a rule flags, the more it finds and the less accurate it is. Neither bar says which rule
# to choose. **Predict:** which of the five is the cheapest for this company?

# %%
my_prediction = None  # one of the five names

# %% [markdown]
# You will write a function that chooses for any company. It is tried on nine hidden companies, three
# each with little, more and much fraud. What counts is what your choices save on the *later* days,
# against flagging nobody, as a share of what our reference saves. The reference knows each company's
# past, as you do, and nothing else.

# %%
plots.points_curve(
    CURVE,
    title="Points for the chosen rules",
    xlabel="saved on the later days, as a share of what the reference saves",
)

# %% [markdown]
# ### Exercise 3: the cheapest rule


# %% answer="cheapest-rule"
def cheapest_rule(past):
    """Choose the rule that a company should use on the days to come.

    Parameters
    ----------
    past : DataFrame of shape (n_samples, 7)
        What is known on the day of the choice, in order of time: `amount` in euros; `is_fraud`,
        1 or 0; and a column for each of the five rules, 1 where it flags the transaction. Each
        transaction that is flagged is reviewed for €4. A fraud that is not costs its amount + 15.

    Returns
    -------
    str
        The rule: "nobody", "new device and abroad", "new device", "any sign" or "everybody".

    Example by hand: six transactions, the second of them a fraud of €185. "new device" flags it and
    three others, and costs 16. "nobody" and "new device and abroad" flag none, and cost 200.
    "any sign" flags five and costs 20, "everybody" costs 24: the answer is "new device".
    """
    ### BEGIN SOLUTION
    bills = {
        rule: cost_of_decisions(past["is_fraud"], past[rule], past["amount"])
        for rule in past.columns[2:]
    }
    return min(bills, key=bills.get)
    ### END SOLUTION


# %% try="cheapest-rule"
print(f"you predicted {my_prediction}; your function chooses {cheapest_rule(past)}")
print("for companies where one transaction in so many is a fraud:")
{round(1 / p["is_fraud"].mean()): cheapest_rule(p) for p in (company(s).past for s in (3, 1, 2))}

# %% graded="cheapest-rule" points=4
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import CHEAPEST_RULE
from imbalance_lab.exercises.rules import PRACTICE, judge

euros = judge(PRACTICE, "on nine companies for practice it is")
check(cheapest_rule, CHEAPEST_RULE).earns(4, by=euros, on=euros.calls, says="money saved")
### BEGIN HIDDEN TESTS
from imbalance_oracles.accuracy_paradox import hidden_companies

hidden = judge(hidden_companies(), "on nine hidden companies it is")
check(cheapest_rule, CHEAPEST_RULE).earns(4, by=hidden, on=hidden.calls, says="money saved")
### END HIDDEN TESTS

# %% [markdown]
# Compare your choices at the three companies. The rules are the same, and so, but for chance, is the
# share of frauds that each finds. Only the prevalence differs, and with it the right rule. Where one
# transaction in 769 is a fraud, reviewing every new device costs more than it saves. Where one in 21
# is, it pays to look at the slightest sign. Whoever chooses by accuracy flags nobody nearly
# everywhere, and saves next to nothing; whoever wants to find every fraud loses money.

# %% [markdown] covers="E02 E03"
# ## It is not a bug
#
# Is the learning algorithm at fault for a model that never flags? Suppose that you know the
# probability $p$ that a transaction is a fraud. If you flag it you are right with probability $p$,
# if you pass it with probability $1 - p$. So *for accuracy* the best decision is
#
# $$\text{flag} \iff p > \tfrac{1}{2} .$$
#
# Where fraud is rare and looks much like anything else, hardly any transaction reaches $\tfrac12$,
# and even with perfect knowledge the best decision is to flag next to nobody. `make_gauss` draws data
# of which we do know the true probabilities, so we can look.

# %%
from imbalance_lab.datasets import make_gauss

X, y, true_probability = make_gauss(
    30_000, prevalence=0.01, separation=0.7, return_proba=True, random_state=0
)
perfect = (true_probability > 0.5).astype(int)
print(f"flagged with perfect knowledge: {perfect.sum()} of {len(y)}")
print(f"positives caught:               {perfect[y == 1].sum()} of {y.sum()}")
print(f"accuracy: {accuracy_score(y, perfect):.4f}, constant answer: {1 - y.mean():.4f}")

# %% [markdown]
# On data like these no decision can be expected to be more accurate than this one, and it catches
# almost none of the positives. The algorithm gave what was asked for. We asked the wrong question.
#
# The knowledge is not worthless, though. Look at where the two classes lie. The picture shows the
# *[log odds](../../docs/glossary.md#logit)*, $\log \frac{p}{1 - p}$, which pull small probabilities apart: 0 is a probability of one
# half, −3 is about 0.05, and −6 about 0.0025.

# %%
log_odds = np.log(true_probability / (1 - true_probability))
plots.score_distributions(
    y,
    log_odds,
    threshold=0,
    class_names={0: "negative", 1: "positive"},
    title="True log odds of the two classes",
    xlabel="true log odds",
)

# %% [markdown]
# Hardly any row of either class lies right of 0, but the positives lie clearly further right than the
# negatives. So the order is informative. What if you check only the 5% of the rows with the highest
# probability?

# %%
in_top = true_probability >= np.quantile(true_probability, 0.95)
print(f"{y[in_top].sum() / y.sum():.0%} of the positives among the top 5%, by chance 5%")

# %% [markdown]
# Where to draw the line is a decision about costs, and lesson 09 derives it. Try it already with
# the logistic regression from the beginning. Move the
# [threshold](../../docs/glossary.md#threshold), the lowest probability that is flagged, and watch
# the counts and the cost. (The two lower panels belong to lesson 03.) A miss is priced at the
# average loss of a fraud, less the €4 of its review.

# %%
from imbalance_lab.explorers import threshold_explorer

average_loss = round(float(X_test.loc[y_test == 1, "amount"].mean()) + 15 - 4)
threshold_explorer(y_test, probability, cost_fp=4, cost_fn=average_loss)

# %% [markdown]
# Find the threshold with the lowest cost. Then find the one with the highest accuracy (the most true
# negatives and true positives together). They are far apart, and that distance is the accuracy
# paradox.

# %% [markdown]
# ### The symptoms
#
# People who meet a rare class report three things: *no positive is found*, *no probability crosses
# 0.5*, and *the result jumps from one part of the data to the next*. All three show in a small data
# set, 2,000 rows with 20 positives. It is dealt into five **[folds](../../docs/glossary.md#fold)**,
# parts of equal size, each of which judges a model that has learned from the other four.

# %%
from sklearn.model_selection import KFold

X_small, y_small = make_gauss(2000, prevalence=0.01, separation=0.7, random_state=5)
folds = []
for learn, rest in KFold(5, shuffle=True, random_state=0).split(X_small):
    p = LogisticRegression().fit(X_small[learn], y_small[learn]).predict_proba(X_small[rest])[:, 1]
    of_positives, top = p[y_small[rest] == 1], np.quantile(p, 0.8)
    folds.append((len(of_positives), sum(of_positives >= 0.5), sum(of_positives >= top), p.max()))
positives, caught, in_top_fifth, highest = np.transpose(folds)
print(f"positives caught at 0.5: {caught.sum():.0f}; highest probability: {highest.max():.2f}")

# %%
with plots.picture(
    title="Five folds of one small data set",
    xlabel="fold",
    ylabel="positives (count)",
    height=3.0,
    alt=f"Five folds have {', '.join(f'{n:.0f}' for n in positives)} positives, of which "
    f"{', '.join(f'{n:.0f}' for n in in_top_fifth)} are in the top fifth by probability.",
) as ax:
    ax.bar(np.arange(1, 6) - 0.2, positives, 0.36, label="all positives")
    ax.bar(np.arange(1, 6) + 0.2, in_top_fifth, 0.36, hatch="//", label="in the top fifth")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))

# %% [markdown]
# Nothing is caught, since no probability reaches 0.5. That is the rule just derived, and not a
# failure to learn: many positives do stand in the top fifth of their fold. How many of them
# do varies from one in five to all, because with a handful of positives a share moves a lot by
# chance. Fewer negatives would not cure that.

# %% [markdown] covers="E07 E08"
# ## Two kinds of rarity
#
# *[Relative](../../docs/glossary.md#relative-rarity)* rarity is the share of positives,
# *[absolute](../../docs/glossary.md#absolute-rarity)* rarity is how many there are. Separate them:
# train a logistic regression on 20 or 200 positives, with 10 or 100 negatives for each. Judge it on
# new data of the same ratio, and flag whatever scores higher than 95% of the negatives. What share
# of the positives is *found*, and what share of the flagged rows is really *positive*? Dots are
# means of 20 runs; bars are 95% [intervals](../../docs/glossary.md#interval), in which the true
# mean probably lies (lesson 02).
#
# **Predict first.** Which of the two shares depends on the number of positives, and which on the
# ratio?

# %%
my_prediction = None  # "found, positive" or "positive, found": the number's first

# %%
from imbalance_lab.experiments import interval


def found_and_positive(n_positives, ratio, seed):
    prevalence = 1 / (1 + ratio)
    X, y = make_gauss(n_positives * (1 + ratio), prevalence=prevalence, random_state=seed)
    X_new, y_new = make_gauss(20_000, prevalence=prevalence, random_state=1000 + seed)
    score = LogisticRegression().fit(X, y).decision_function(X_new)
    flagged = score >= np.quantile(score[y_new == 0], 0.95)
    return flagged[y_new == 1].mean(), y_new[flagged].mean()


settings = {f"{n} positives, 1:{ratio}": (n, ratio) for n in (20, 200) for ratio in (10, 100)}
runs = {
    name: np.transpose([found_and_positive(*setting, seed) for seed in range(20)])
    for name, setting in settings.items()
}

# %%
print(f"you predicted {my_prediction}")
plots.intervals(
    {f"found: {name}": interval(found) for name, (found, _) in runs.items()}
    | {f"positive: {name}": interval(positive) for name, (_, positive) in runs.items()},
    xlabel="share (of positives found, of flags positive); mean of 20 runs, 95% interval",
    ylabel="share and training set",
    title="Found and positive, for two numbers and two ratios",
    decimals=2,
)

# %% [markdown]
# Compare rows that differ in one thing only. For *found*, ten times the positives help at either ratio,
# and ten times the negatives change little. For *positive* it is the ratio that decides: with ten times
# the negatives, the same share of false alarms buries the hits. So here the *count*
# limits what can be learned, and the *ratio* what an alarm is worth. Models with more freedom may also
# learn less (second notebook). When somebody tells you "my data are 1 to 1000", ask how many positives
# that is.
#
# Rules of thumb grade imbalance by its ratio alone: *mild* down to one in ten, *moderate* to one in a
# hundred, *severe* below. The words are useful if the count goes with them.

# %% [markdown]
# ### Exercise 4: diagnose a data set


# %% answer="diagnose"
def diagnose(y):
    """Say how imbalanced two-class labels are, in relative and in absolute terms.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of exactly two classes, of any kind. Either may be the rarer one.

    Returns
    -------
    severity : str
        By the share of the rarer class: "balanced" above 30%, "mild" above 10% and up to 30%,
        "moderate" above 1% and up to 10%, "severe" up to 1%.
    n_rare : int
        How many samples the rarer class has.

    Example by hand: 5 frauds in 100 transactions are a share of 5%: ("moderate", 5).
    """
    ### BEGIN SOLUTION
    _, counts = np.unique(np.asarray(y), return_counts=True)
    n_rare = int(counts.min())
    share = n_rare / counts.sum()
    if share > 0.30:
        severity = "balanced"
    elif share > 0.10:
        severity = "mild"
    elif share > 0.01:
        severity = "moderate"
    else:
        severity = "severe"
    return severity, n_rare
    ### END SOLUTION


# %% try="diagnose"
diagnose([0] * 95 + [1] * 5)

# %% graded="diagnose" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.accuracy_paradox import DIAGNOSE

check(diagnose, DIAGNOSE).on([0] * 95 + [1] * 5).gives(("moderate", 5))
check(diagnose, DIAGNOSE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import accuracy_paradox as keys

check(diagnose, DIAGNOSE).keeps_its_contract(keys.DIAGNOSE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## Claims, tested
#
# Each lesson puts popular advice to the test. First: *stop using accuracy*. One company proves little,
# so repeat the comparison of *careful* and *nervous* at eight others.


# %%
def nervous_minus_careful(seed):
    """Return by how much accuracy and cost per transaction change from 0.5 to 0.05."""
    learn, judge = split_by_time(make_transactions(20_000, random_state=seed))
    p = model.fit(learn, learn["is_fraud"]).predict_proba(judge)[:, 1]
    accuracy, cost = [], []
    for flagged in (p >= 0.5, p >= 0.05):
        accuracy.append(accuracy_score(judge["is_fraud"], flagged))
        cost.append(cost_of_decisions(judge["is_fraud"], flagged, judge["amount"]) / len(judge))
    return accuracy[1] - accuracy[0], cost[1] - cost[0]


accuracies, costs = np.transpose([nervous_minus_careful(seed) for seed in range(1, 9)])

# %%
from imbalance_lab.claims import Claim

Claim(
    "Stop using accuracy.",
    verdict="holds",
    because=(
        "To choose between these detectors it misled: at eight companies the nervous one changed the"
        f" accuracy by {interval(accuracies):+.3f} and the cost of a transaction by"
        f" {interval(costs):+.2f} euros. Keep one use: the accuracy of the constant answer tells a reader"
        " at once what any other number has to be compared with."
    ),
    reference="provost1998",
    evidence="E01 E12 E26",
)

# %%
from imbalance_lab.evidence import study

found, positive = zip(*runs.values(), strict=True)
more_negatives, more_positives = interval(found[1] - found[0]), interval(found[2] - found[0])
boosted = study("count").interval("ratio-learning-gauss", model="boosting").mean
Claim(
    "The ratio of the classes says how hard the problem is.",
    verdict="holds only if",
    because=(
        "the question is what an alarm is worth, or the model has much freedom. Ten times the"
        " negatives changed the share of the flagged that is positive by"
        f" {interval(positive[1] - positive[0]):+.2f}. What a logistic regression learned hung on the"
        f" positives: ten times the negatives changed the share found by {more_negatives:+.3f}, ten"
        f" times the positives by {more_positives:+.3f}. But with ten times the negatives, boosting"
        f" at its defaults ranked worse: ROC AUC (lesson 03) {boosted:+.2f}."
    ),
    reference="weiss2004",
    evidence="E07 E08",
)

# %% [markdown]
# The second notebook tests two more.

# %% [markdown]
# ## Quiz
#
# **1.** A model for a disease that 2% of people have reaches an accuracy of 97%. What is its skill?
#
# - a) 0.97
# - b) −0.5
# - c) 0.5
# - d) −0.01
#
# **2.** Go to the least cost in the threshold explorer. About how many transactions are flagged for each
# fraud that is caught?
#
# - a) Between one and two.
# - b) Three.
# - c) Six.
# - d) More than twenty.
#
# **3.** You have 20 positives and 200 negatives. What does the picture of "Two kinds of rarity" say?
#
# - a) With ten times the negatives, the share that is found falls to about 0.1.
# - b) With ten times both, more is found, and half of the flagged are positive as before.
# - c) With ten times both, nine of ten flagged are positive.
# - d) With ten times the negatives, neither share changes much.
#
# **4.** Model A has 60 false alarms and 5 misses, model B 10 and 10. A false alarm costs €1. When is A
# the cheaper one?
#
# - a) Never: it makes more mistakes.
# - b) When a miss costs more than €10.
# - c) When a miss costs more than €1.
# - d) When a miss costs more than €50.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a"}
### BEGIN SOLUTION
quiz = {1: "b", 2: "c", 3: "b", 4: "b"}
### END SOLUTION

# %% graded="quiz" points=4
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.accuracy_paradox import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague writes: *"Our new detector for failing machines has 99.6% accuracy. I propose to roll
# it out."* One machine in 250 fails in a month. Answer in four to eight sentences: what the number
# does and does not tell you, what you would ask the colleague for, and how you would decide.

# %% [markdown] written="reflection" points=3
# One machine in 250 is 0.4%, so calling every machine sound has an accuracy of 99.6% as well: the
# number is what comes for free, and the detector may do nothing at all. It does not say how many
# failures are caught nor how many false alarms are raised, and many detectors share that accuracy. I
# would ask for the four counts on machines that the detector has not seen, for the number of
# failures among them, since a rate from five failures means little, and for the price of a missed
# failure and of an unneeded inspection. Then I would compare the cost of the detector's decisions
# with that of inspecting nothing and of inspecting everything, also at other thresholds, and roll
# it out if it clearly beats both.
#
# ### BEGIN MARK SCHEME
# 1 point: compares with the constant answer, and sees that its accuracy is 99.6% too.
#
# 1 point: asks for the kinds of mistakes (misses and false alarms, or the four counts), on unseen
# data, or for the number of failures behind the figures.
#
# 1 point: decides by costs or by consequences and against a baseline, not by another single score
# alone.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - The constant answer has accuracy $1 - \pi$. Report it first, or measure skill from it.
# - Accuracy prices all mistakes alike. Costs do not, and they can reverse the ranking of models.
# - The same rule is cheap at one prevalence and expensive at another: compare bills, on your own data.
# - A model that never says "positive" may be perfect at what it was asked: be right most often.
# - The number of positives limits what can be learned; their share, what an alarm is worth.
#
# **New words:** *prevalence*, *baseline*, *skill*, *positive* and *negative*, *true positive*, *false
# positive*, *true negative* and *false negative*, *threshold*, *relative rarity* and *absolute rarity*.
#
# ## Further reading
#
# - Provost et al. (1998). [*The case against accuracy estimation for comparing induction
#   algorithms*](../../docs/bibliography.md#provost1998): an early and thorough case.
# - Elkan (2001). [*The foundations of cost-sensitive
#   learning*](../../docs/bibliography.md#elkan2001): which threshold your costs ask for.
# - Weiss (2004). [*Mining with rarity: a unifying
#   framework*](../../docs/bibliography.md#weiss2004): rare classes and rare cases.
# - He & Garcia (2009). [*Learning from imbalanced data*](../../docs/bibliography.md#he2009): a
#   survey of the remedies.
#
# **Next:** lesson 02 turns the four counts into measures that say what accuracy hides.
