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
# # 03 · Ranking: ROC, precision-recall, and what does prevalence do to them?
#
# **At the end you can**
#
# - judge a score without choosing a threshold, by pairs (ROC AUC) or from the top of the list
#   (average precision), and compute both by hand;
# - say what happens to each of them when positives become rarer, and why;
# - carry a precision over to a population with another prevalence;
# - find a bug that sits in many reports: precision at 90% recall, read in the wrong order;
# - choose between ROC and precision-recall by the use of the score, not by a slogan.
#
# **Time** 100 minutes. **You need** NumPy, and `predict_proba` of scikit-learn. **Builds on** lessons
# 01 and 02 (prevalence, the four outcomes, precision, recall, false positive rate, costs).

# %% [markdown]
# ## Three numbers that can't all be true
#
# A [random forest](../../docs/glossary.md#random-forest) learns from the earlier card transactions
# of lesson 01 and gives each later one a
# **[score](../../docs/glossary.md#score)**, here its estimated probability of fraud. A colleague
# reports three numbers about it. You have not met two of them yet; the rest of this lesson derives
# them.

# %%
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from imbalance_lab.datasets import make_transactions, split_by_time, transaction_encoder

train, test = split_by_time(make_transactions(random_state=0))
X_train, y_train = train.drop(columns="is_fraud"), train["is_fraud"].to_numpy()
X_test, y_test = test.drop(columns="is_fraud"), test["is_fraud"].to_numpy()
forest = RandomForestClassifier(n_estimators=60, max_samples=0.3, random_state=0)
forest_score = make_pipeline(transaction_encoder(), forest).fit(X_train, y_train)
forest_score = forest_score.predict_proba(X_test)[:, 1]

# %% covers="E25"
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

precision, recall, thresholds = precision_recall_curve(y_test, forest_score)
index = np.searchsorted(recall[::-1], 0.90)
print(f"A  area under the ROC curve       {roc_auc_score(y_test, forest_score):.2f}")
print(f"B  average precision              {average_precision_score(y_test, forest_score):.2f}")
print(f"C  precision at 90% recall        {precision[index]:.2f}")

# %% [markdown]
# **Predict before you run on.** C says: the forest can find nine of ten frauds *without one false
# alarm*. B says that its precision, averaged over all levels of recall, is about a third. One of the
# three numbers is wrong. Which? Write your guess down.

# %%
my_prediction = "A"  # your guess: "A", "B" or "C"

# %% [markdown]
# B and C contradict each other: if precision were still perfect after nine of ten frauds, its
# average over the way there could not be a third. You will find the culprit below, under "Find the
# bug".

# %% [markdown]
# ## From scores to a list
#
# A score becomes a decision through a threshold: flag whoever has a score *at or above* it. Lesson
# 02 judged such decisions. Now we judge the score itself, before anybody has chosen a threshold.
# All that thresholds can do is to cut the **list** of samples, sorted from the highest score to the
# lowest, somewhere. Here are ten samples, four of them positive, already sorted:

# %%
import pandas as pd

y_toy = np.array([1, 0, 1, 1, 0, 0, 1, 0, 0, 0])
score_toy = np.array([0.95, 0.90, 0.80, 0.70, 0.60, 0.50, 0.40, 0.30, 0.20, 0.10])
cuts = pd.DataFrame({"flag from": score_toy, "label": y_toy})
cuts["TP"], cuts["FP"] = np.cumsum(y_toy), np.cumsum(1 - y_toy)
cuts["recall"] = cuts["TP"] / 4
cuts["false positive rate"] = cuts["FP"] / 6
cuts["precision"] = cuts["TP"] / (cuts["TP"] + cuts["FP"])
cuts.round(2)

# %% [markdown]
# Read a row as: "if I flag from here up". Going down, **recall** (the share of positives that are
# flagged) and the **false positive rate** (the share of negatives that are flagged) can only grow.
# **Precision** goes up at a positive, unless it is 1 already, and down at a negative.
#
# The scores themselves no longer matter, only their order. Double these scores, square them, take
# their logarithm: the other columns stay. That is the strength of what follows, and its limit. It can't tell
# whether a score of 0.9 means 90% (lesson 10) nor where to cut (lesson 09).

# %% [markdown] covers="E17"
# ## The ROC curve, pair by pair
#
# Draw recall against the false positive rate, one point for each cut: the
# **[ROC curve](../../docs/glossary.md#roc-curve)** (receiver operating characteristic; the name
# comes from radar). Each positive in the list is a step up, each negative a step to the right.

# %%
from imbalance_lab import plots

plots.roc_curve(y_toy, score_toy, title="ROC curve of the ten samples")

# %% [markdown]
# What is the area under it? Take one step to the right, at some negative. The column of area below
# it has the height of the curve there, which is the share of positives that come *before* this
# negative in the list. Its width is 1/6, one negative of six. Add up all columns and you have counted,
# over all pairs of a positive and a negative, how often the positive comes first:
#
# $$\text{ROC AUC} = \frac{\#\{\text{pairs in which the positive has the higher score}\} +
# \tfrac12 \#\{\text{ties}\}}{n_+ \, n_-} = P(s_+ > s_-) + \tfrac12 P(s_+ = s_-)$$
#
# where $n_+$ and $n_-$ are the numbers of positives and negatives. A tie gives a slanted piece of
# curve, half above and half below, hence the one half. By hand: the four positives have 6, 5, 5 and
# 3 negatives below them, that is 19 of 24 pairs.

# %%
below = [int(np.sum(y_toy[rank + 1 :] == 0)) for rank in np.flatnonzero(y_toy)]
print("negatives below each positive:", below)
print(f"share of the 24 pairs: {sum(below) / 24:.4f}")
print(f"roc_auc_score:         {roc_auc_score(y_toy, score_toy):.4f}")

# %% [markdown]
# So 1 means that every positive stands above every negative, 0.5 is a coin flip, and below 0.5 the
# list is better read from its end. [ROC AUC](../../docs/glossary.md#roc-auc) is a probability, and
# nothing in it depends on how many positives there are for each negative.

# %% [markdown]
# ### Exercise 1: ROC AUC, by pairs


# %% answer="roc-auc-by-pairs"
def roc_auc_by_pairs(y_true, y_score):
    """Return the area under the ROC curve, counted over pairs.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 (negative) or 1 (positive). Both occur.
    y_score : array-like of shape (n_samples,)
        Scores, any real numbers, higher for samples that look more positive. Ties may occur.

    Returns
    -------
    float
        The share of pairs of one positive and one negative in which the positive has the higher
        score; a pair with equal scores counts one half. Between 0 and 1.

    Rows belong together by their position, whatever index a Series has. Write it from pairs or from
    ranks; `roc_auc_score` is not accepted here.

    Example by hand: y_true = [0, 0, 1, 1], y_score = [0.1, 0.4, 0.4, 0.8] has four pairs.
    0.8 beats both negatives, 0.4 beats 0.1 and ties with 0.4: 3.5 / 4 = 0.875.
    """
    ### BEGIN SOLUTION
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    positive, negative = y_score[y_true == 1], y_score[y_true == 0]
    difference = positive[:, None] - negative[None, :]
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))
    ### END SOLUTION


# %% try="roc-auc-by-pairs"
roc_auc_by_pairs([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8])

# %% graded="roc-auc-by-pairs" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.ranking import ROC_AUC_BY_PAIRS

check(roc_auc_by_pairs, ROC_AUC_BY_PAIRS).on([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8]).gives(0.875)
check(roc_auc_by_pairs, ROC_AUC_BY_PAIRS).on([1, 0, 0], [3, 5, -2]).gives(0.5)
check(roc_auc_by_pairs, ROC_AUC_BY_PAIRS).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ranking as keys

check(roc_auc_by_pairs, ROC_AUC_BY_PAIRS).keeps_its_contract(keys.ROC_AUC_BY_PAIRS.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E21"
# ## The precision-recall curve, positive by positive
#
# Now draw precision against recall, from the same table. When you flag everybody, recall is 1 and
# precision is the share of positives among all, the prevalence $\pi$. A score that knows nothing has
# that precision, give or take chance, at every cut. So **the baseline of this curve is $\pi$**, not
# one half.

# %%
plots.precision_recall_curve(y_toy, score_toy, title="Precision-recall curve of the ten samples")

# %% [markdown]
# The usual summary is **[average precision](../../docs/glossary.md#average-precision)** (AP). Lower
# the threshold step by step. Wherever recall grows, take the precision at that point, weighted by
# how much recall was gained:
#
# $$\text{AP} = \sum_i (R_i - R_{i-1}) \, P_i , \qquad R_0 = 0,$$
#
# with recall $R_i$ and precision $P_i$ at the $i$-th highest *distinct* score. Recall grows only at
# positives, each time by $1/n_+$. So AP is the mean, over the positives, of the precision that you
# have when you have just reached that positive. By hand: $(1/1 + 2/3 + 3/4 + 4/7) / 4$.

# %%
print(f"by hand:                 {(1 / 1 + 2 / 3 + 3 / 4 + 4 / 7) / 4:.4f}")
print(f"average_precision_score: {average_precision_score(y_toy, score_toy):.4f}")
print(f"baseline, the prevalence: {y_toy.mean():.2f}")

# %% [markdown]
# Both areas are thus means over the positives. For each positive, ROC AUC asks *what share of the
# negatives is below it*, and AP asks *what share of those down to it are positives*. The same list,
# two questions.

# %% [markdown]
# ### Exercise 2: average precision
#
# Mind the ties: no threshold separates samples of equal score, so they enter together.


# %% answer="average-precision"
def average_precision(y_true, y_score):
    """Return the average precision: a sum of steps, one for each distinct score.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 (negative) or 1 (positive). Both occur.
    y_score : array-like of shape (n_samples,)
        Scores, any real numbers, higher for samples that look more positive. Ties may occur.

    Returns
    -------
    float
        The sum over all distinct scores, from the highest down, of the recall gained by flagging
        from this score up instead of from the one before, times the precision of flagging from
        this score up.

    Rows belong together by their position, whatever index a Series has. Write the sum yourself;
    `average_precision_score` is not accepted here.

    Example by hand: y_true = [0, 1, 1, 0, 1], y_score = [0.8, 0.6, 0.4, 0.4, 0.1]. From 0.8 up no
    recall is gained. From 0.6 up recall is 1/3 and precision 1/2; from 0.4 up, where two samples
    enter together, 2/3 and 2/4; from 0.1 up, 3/3 and 3/5. The sum is
    1/3 * 1/2 + 1/3 * 2/4 + 1/3 * 3/5 = 8/15.
    """
    ### BEGIN SOLUTION
    y_true, y_score = np.asarray(y_true), np.asarray(y_score)
    total, recall_before = 0.0, 0.0
    for threshold in np.unique(y_score)[::-1]:
        flagged = y_score >= threshold
        recall = y_true[flagged].sum() / y_true.sum()
        total += (recall - recall_before) * y_true[flagged].mean()
        recall_before = recall
    return float(total)
    ### END SOLUTION


# %% try="average-precision"
round(average_precision([0, 1, 1, 0, 1], [0.8, 0.6, 0.4, 0.4, 0.1]), 3)

# %% graded="average-precision" points=3
from imbalance_lab.checks import check
from imbalance_lab.exercises.ranking import AVERAGE_PRECISION

y, score = [0, 1, 1, 0, 1], [0.8, 0.6, 0.4, 0.4, 0.1]
check(average_precision, AVERAGE_PRECISION).on(y, score).gives(8 / 15)
check(average_precision, AVERAGE_PRECISION).on([0, 0, 1, 0], [0.3, 0.3, 0.3, 0.3]).gives(0.25)
check(average_precision, AVERAGE_PRECISION).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ranking as keys

check(average_precision, AVERAGE_PRECISION).keeps_its_contract(keys.AVERAGE_PRECISION.hidden())
### END HIDDEN TESTS

# %% [markdown] covers="E21"
# ## Why not a straight line
#
# AP is often called "the area under the
# [precision-recall curve](../../docs/glossary.md#precision-recall-curve)", and many reports compute
# that area with the trapezoidal rule: `auc(recall, precision)`. It joins the points by straight
# lines. **Predict first:** a score that is *the same for everybody*, on 2,000 samples with 5
# positives. What is its AP? What does the trapezoidal rule say?

# %%
my_prediction = 0.0  # your guess for the trapezoidal rule

# %%
from sklearn.metrics import auc

y_rare = np.array([1] * 5 + [0] * 1995)
same_for_all = np.zeros(2000)
precision, recall, _ = precision_recall_curve(y_rare, same_for_all)
print(f"you predicted       {my_prediction:.4f}")
print(f"trapezoidal rule    {auc(recall, precision):.4f}")
print(f"average precision   {average_precision_score(y_rare, same_for_all):.4f}")
print("the points, as (recall, precision):", list(zip(recall.tolist(), precision.tolist())))

# %% [markdown]
# A score that knows nothing gets one half. The only real point is (1, 0.0025). The other one,
# (0, 1), is an end that `precision_recall_curve` adds so that the curve can be drawn; no threshold
# reaches it. The straight line between them encloses $(1 + \pi)/2$.
#
# Even between two real points the line is wrong. Suppose that one cut has 5 true and 5 false
# positives, the next one 10 and 30. Samples in between, taken at random, come with five false
# alarms for each true positive:

# %%
for extra in (0, 1, 2, 5):
    tp, fp = 5 + extra, 5 + 5 * extra
    on_the_line = 0.5 + (0.25 - 0.5) * extra / 5
    print(
        f"TP {tp:2d}, FP {fp:2d}: precision {tp / (tp + fp):.3f}, on the straight line {on_the_line:.3f}"
    )

# %% [markdown]
# The true path sags below the line, because precision has the false positives in its denominator
# (Davis & Goadrich, 2006). In ROC space both axes are plain shares, so a straight line is right
# there. That is why `roc_auc_score` may use trapezoids and AP is a sum of steps.

# %% [markdown]
# ## What prevalence does
#
# Recall $r$ is a share of the positives, the false positive rate $f$ a share of the negatives.
# Neither knows how many there are of the other class. Precision does. Among $n$ samples there are
# $n\pi$ positives, of which $r n \pi$ are flagged, and $n(1-\pi)$ negatives, of which
# $f n (1-\pi)$ are:
#
# $$\text{precision} = \frac{r\,\pi}{r\,\pi + f\,(1-\pi)} .$$
#
# This is Bayes' rule once more. It also says what you must know to carry a precision elsewhere: the
# two rates *and* the prevalence there. By hand, for a test that finds 80% of the ill and alarms 10%
# of the healthy:

# %%
for ill, healthy in [(500, 500), (100, 900), (10, 990)]:
    caught, alarms = 0.8 * ill, 0.1 * healthy
    print(
        f"{ill:3d} ill of 1,000: {caught:3.0f} caught, {alarms:2.0f} alarms, precision {caught / (caught + alarms):.2f}"
    )

# %% [markdown]
# ### Exercise 3: a precision for another population


# %% answer="precision-at-prevalence"
def precision_at_prevalence(recall, false_positive_rate, prevalence):
    """Return the precision that two rates give where positives have this prevalence.

    Parameters
    ----------
    recall : float
        Share of the positives that is flagged, between 0 and 1.
    false_positive_rate : float
        Share of the negatives that is flagged, between 0 and 1.
    prevalence : float
        Share of positives in the population, above 0 and below 1.

    Returns
    -------
    float
        Share of positives among all who are flagged; `float("nan")` if nobody is flagged, that is
        if both rates are 0.

    Example by hand: recall 0.8, false positive rate 0.1, prevalence 0.2. Of 100 samples 20 are
    positive, 16 of them flagged; of the 80 negatives 8 are flagged: 16 / 24 = 2/3.
    """
    ### BEGIN SOLUTION
    caught = recall * prevalence
    alarms = false_positive_rate * (1 - prevalence)
    return caught / (caught + alarms) if caught + alarms > 0 else float("nan")
    ### END SOLUTION


# %% try="precision-at-prevalence"
round(precision_at_prevalence(0.8, 0.1, 0.2), 3)

# %% graded="precision-at-prevalence" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.ranking import PRECISION_AT_PREVALENCE as EXERCISE

check(precision_at_prevalence, EXERCISE).on(0.8, 0.1, 0.2).gives(2 / 3)
check(precision_at_prevalence, EXERCISE).on(0.0, 0.0, 0.2).gives(float("nan"))
check(precision_at_prevalence, EXERCISE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ranking as keys

check(precision_at_prevalence, EXERCISE).keeps_its_contract(keys.PRECISION_AT_PREVALENCE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### The whole curve
#
# What holds for one cut holds for all. Keep the scores of each class as they are (positives normal
# around 1.8, negatives around 0) and change only how many positives there are. **Predict first:** from
# one in two down to one in a thousand, how do ROC AUC and AP move?


# %%
from imbalance_lab.experiments import interval


def draw_scores(n_positives, n_negatives, separation, seed):
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [n_positives, n_negatives])
    return y, rng.normal(size=len(y)) + separation * y


areas = {}
for prevalence in (0.5, 0.1, 0.01, 0.001):
    n_positives = round(20_000 * prevalence)
    runs = [draw_scores(n_positives, 20_000 - n_positives, 1.8, seed) for seed in range(20)]
    roc = interval([roc_auc_score(y, score) for y, score in runs])
    ap = interval([average_precision_score(y, score) for y, score in runs])
    areas[prevalence] = roc, ap
    print(f"prevalence {prevalence:<5}  ROC AUC {roc:.2f}  AP {ap:.2f}")

# %%
with plots.picture(
    title="The same separation of the classes at four prevalences",
    xlabel="prevalence (share of positives, logarithmic)",
    ylabel="mean of 20 runs with 95% interval",
    alt="As prevalence falls from 0.5 to 0.001, ROC AUC stays near 0.9, while average precision"
    " falls from about 0.9 to below 0.1.",
) as ax:
    for place, (name, marker) in enumerate({"ROC AUC": "o", "average precision": "s"}.items()):
        means = np.array([areas[p][place].mean for p in areas])
        low, high = (
            np.array([getattr(areas[p][place], end) for p in areas]) for end in ("low", "high")
        )
        ax.errorbar(
            list(areas), means, [means - low, high - means], marker=marker, capsize=3, label=name
        )
    ax.plot(list(areas), list(areas), color="#555555", linestyle=":", label="AP of chance")
    ax.set(xscale="log", ylim=(0, 1.02))

# %% [markdown]
# ROC AUC does not move: a pair is still one draw from either class, and the classes are the same.
# (Its interval gets wider, since at one in a thousand it rests on 20 positives.) AP falls with the prevalence, and so does its baseline. Neither
# behaviour is a fault. ROC AUC describes how well the *score* separates two classes; AP describes
# what it is like to *work through a list* in a given population.
#
# It follows that two APs can be compared only at the same prevalence. Watch what a "balanced test
# set" does. Take a logistic regression on the transactions, keep all frauds of the test period, and
# draw as many legitimate transactions at random:

# %%
from sklearn.linear_model import LogisticRegression

logistic = make_pipeline(transaction_encoder(), LogisticRegression(max_iter=1000))
logistic_score = logistic.fit(X_train, y_train).predict_proba(X_test)[:, 1]
frauds, others = np.flatnonzero(y_test == 1), np.flatnonzero(y_test == 0)
balanced = []
for seed in range(20):
    drawn = np.random.default_rng(seed).choice(others, size=len(frauds), replace=False)
    rows = np.concatenate([frauds, drawn])
    balanced.append(
        [
            metric(y_test[rows], logistic_score[rows])
            for metric in (roc_auc_score, average_precision_score)
        ]
    )
roc, ap = (interval(column) for column in zip(*balanced))
print(
    f"all {len(y_test)} test rows:   ROC AUC {roc_auc_score(y_test, logistic_score):.2f}  AP {average_precision_score(y_test, logistic_score):.2f}"
)
print(f"balanced test rows: ROC AUC {roc:.2f}  AP {ap:.2f}")

# %% [markdown]
# The same model, the same frauds: AP about triples, because nearly all the transactions that could
# raise a false alarm were taken out of the test. A test set keeps the prevalence of the place where
# the model will be used.

# %% [markdown] covers="E20"
# ### Easy negatives
#
# "ROC AUC is inflated by the many true negatives", one often reads. You have just seen 999
# negatives for each positive leave it alone. But there is another way to get many negatives:
# **[easy](../../docs/glossary.md#easy-negatives)** ones, which nobody would confuse with a
# positive. Think of adding all closed accounts to the transactions to be scored. **Predict first:**
# 50 positives against 500 ordinary negatives. What do ROC AUC and AP do when ten times, and a
# hundred times as many easy negatives join?

# %%
easy = {}
for times in (0, 10, 100):
    runs = []
    for seed in range(20):
        y, score = draw_scores(50, 500, 1.0, seed)
        far_below = np.random.default_rng(1000 + seed).normal(-6, 1, size=500 * times)
        y, score = np.append(y, np.zeros(500 * times)), np.append(score, far_below)
        runs.append((roc_auc_score(y, score), average_precision_score(y, score)))
    easy[times] = [np.array(column) for column in zip(*runs)]
    roc, ap = (interval(column) for column in easy[times])
    print(f"{times:3d} times as many easy ones: ROC AUC {roc:.3f}  AP {ap:.3f}")

# %% [markdown]
# Now it is the other way round: ROC AUC goes from mediocre to nearly perfect, and AP does not notice.
# Every easy negative is below every positive, so it adds won pairs, while on the way down to the last
# positive none of them is met.
#
# So there are two ways to add negatives, and two answers. More of the *same kind* leave ROC AUC and
# lower AP. *Easy* ones lift ROC AUC and leave AP. The slogan is right about the second kind only. The
# number of true negatives is not what matters, but whether they were ever in question.

# %% [markdown]
# Try both ways on one score whose distributions are known exactly. Make positives rarer and watch the
# left curve stand still. Then add easy negatives and watch the right one. What happens at the cut to
# the number of false alarms for each catch?

# %%
from imbalance_lab.explorers import prevalence_explorer

prevalence_explorer()

# %% [markdown] covers="E23"
# ## Find the bug
#
# Back to the colleague's third number. People who must not miss many positives ask: *what is the
# precision at a recall of at least 90%?* A popular snippet answers, and this is it:
#
#     precision, recall, thresholds = precision_recall_curve(y_test, forest_score)
#     index = np.searchsorted(recall[::-1], 0.90)
#     precision[index]
#
# It looks reasonable. `recall` comes in decreasing order, `np.searchsorted` wants increasing order,
# so the array is turned round first. **Predict first:** which line is wrong? Then look at the arrays
# of the toy.

# %%
precision, recall, _ = precision_recall_curve(y_toy, score_toy)
print("position          ", "  ".join(f"{i:4d}" for i in range(len(recall))))
print("recall            ", "  ".join(f"{value:.2f}" for value in recall))
print("recall, turned    ", "  ".join(f"{value:.2f}" for value in recall[::-1]))
print("precision         ", "  ".join(f"{value:.2f}" for value in precision))
print("index for 0.90:   ", np.searchsorted(recall[::-1], 0.90))

# %% [markdown]
# The index counts positions in the array that was turned; `precision` was not. At position 7 of the
# turned recall stands 1.00, a recall that is high enough. Position 7 of `precision` belongs to
# another threshold altogether, one whose recall is only 0.50. From the table of cuts above you can
# read off the truth: recall 0.90 is reached from the seventh sample on, with precision 4/7.
#
# And the forest? Sixty trees vote, so it has few distinct scores, and most frauds that it misses have
# the lowest score that there is:

# %%
for threshold in np.unique(forest_score)[[0, 1, 2, 5]]:
    flagged = forest_score >= threshold
    print(
        f"flag from {threshold:.3f}: {flagged.mean():4.0%} of all rows,"
        f" recall {y_test[flagged].sum() / y_test.sum():.2f}, precision {y_test[flagged].mean():.3f}"
    )

# %% [markdown]
# Recall 0.90 is reached only by flagging everybody. The true precision at 90% recall is the
# prevalence, below one in a hundred, and the snippet prints 1.00. It gives no error and no warning,
# and nothing about the number looks odd, unless somebody compares it with average precision.

# %% [markdown]
# ### Exercise 4: precision at a required recall
#
# Precision goes up and down along the list, so among all thresholds that reach the recall you may
# choose the one with the highest precision.


# %% answer="precision-at-recall"
def precision_at_recall(y_true, y_score, min_recall):
    """Return the highest precision among all thresholds whose recall is high enough.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 (negative) or 1 (positive). Both occur.
    y_score : array-like of shape (n_samples,)
        Scores, any real numbers, higher for samples that look more positive. Ties may occur. A
        sample is flagged if its score is at or above the threshold.
    min_recall : float
        Required recall, above 0 and at most 1. A recall of exactly this value is high enough.

    Returns
    -------
    float
        The highest precision of any threshold with recall >= min_recall.

    Rows belong together by their position, whatever index a Series has. `precision_recall_curve` is
    welcome.

    Example by hand: y_true = [0, 0, 1, 1, 1, 1, 0], y_score = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
    and min_recall = 0.6. From 0.6 up recall is 2/4, too low. From 0.5 up recall is 3/4 and precision
    3/5, from 0.4 up they are 4/4 and 4/6, from 0.3 up 4/4 and 4/7. The highest precision is 4/6.
    """
    ### BEGIN SOLUTION
    precision, recall, _ = precision_recall_curve(y_true, y_score)
    return float(precision[recall >= min_recall].max())
    ### END SOLUTION


# %% try="precision-at-recall"
round(precision_at_recall([0, 0, 1, 1, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], 0.6), 3)

# %% graded="precision-at-recall" points=2
from imbalance_lab.checks import check
from imbalance_lab.exercises.ranking import PRECISION_AT_RECALL

y, score = [0, 0, 1, 1, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
check(precision_at_recall, PRECISION_AT_RECALL).on(y, score, 0.6).gives(4 / 6)
check(precision_at_recall, PRECISION_AT_RECALL).on([1, 0, 1, 0], [4, 3, 2, 1], 0.5).gives(1.0)
check(precision_at_recall, PRECISION_AT_RECALL).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ranking as keys

check(precision_at_recall, PRECISION_AT_RECALL).keeps_its_contract(
    keys.PRECISION_AT_RECALL.hidden()
)
### END HIDDEN TESTS

# %% [markdown]
# ## A team with capacity
#
# A review team that can check 50 transactions a day doesn't choose a recall. It takes the 50 at the
# top of the list. **[Precision at k](../../docs/glossary.md#precision-at-k)** is the share of
# positives among the k highest scores. It asks only about the part of the list that somebody acts
# on. What happens below is invisible to it.

# %%
for k in (25, 100, 400):
    top = y_test[np.argsort(-logistic_score, kind="stable")[:k]]
    print(
        f"check {k:3d} of {len(y_test)}: precision {top.mean():.2f}, {top.sum():2d} of"
        f" {y_test.sum()} frauds, {top.mean() / y_test.mean():2.0f} times as many as at random"
    )

# %% [markdown]
# The last number is called **[lift](../../docs/glossary.md#lift)**: precision divided by its
# baseline, the prevalence. Unlike precision it says at once whether the score is any better than
# chance.

# %% [markdown]
# ### Exercise 5: precision at k


# %% answer="precision-at-k"
def precision_at_k(y_true, y_score, k):
    """Return the share of positives among the k samples with the highest scores.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, 0 (negative) or 1 (positive).
    y_score : array-like of shape (n_samples,)
        Scores, any real numbers, higher for samples that look more positive. Of samples with
        equal scores, the one that comes first in the data comes first in the list: the order must
        be stable. Rows belong together by their position, whatever index a Series has.
    k : int
        How many samples are taken, at least 1 and at most n_samples.

    Returns
    -------
    float
        Between 0 and 1.

    Example by hand: y_true = [1, 1, 0, 0, 0, 1], y_score = [0.3, 0.8, 0.3, 0.6, 0.1, 0.9] and
    k = 4. The list begins with 0.9, 0.8, 0.6 and the first of the two 0.3, with the labels 1, 1, 0
    and 1: 3 / 4 = 0.75.
    """
    ### BEGIN SOLUTION
    # A stable sort keeps the order of the data among equal scores.
    order = np.argsort(-np.asarray(y_score), kind="stable")
    return float(np.asarray(y_true)[order[:k]].mean())
    ### END SOLUTION


# %% try="precision-at-k"
precision_at_k([1, 1, 0, 0, 0, 1], [0.3, 0.8, 0.3, 0.6, 0.1, 0.9], k=4)

# %% graded="precision-at-k" points=1
from imbalance_lab.checks import check
from imbalance_lab.exercises.ranking import PRECISION_AT_K

y, score = [1, 1, 0, 0, 0, 1], [0.3, 0.8, 0.3, 0.6, 0.1, 0.9]
check(precision_at_k, PRECISION_AT_K).on(y, score, k=4).gives(0.75)
check(precision_at_k, PRECISION_AT_K).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import ranking as keys

check(precision_at_k, PRECISION_AT_K).keeps_its_contract(keys.PRECISION_AT_K.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ### Part of the area
#
# There is a middle way between one cut and the whole list: the area under a *part* of the ROC curve,
# up to a false positive rate that one can afford. `roc_auc_score(..., max_fpr=0.05)` computes it and
# rescales it so that chance is again 0.5 and perfection 1 (McClish, 1989).

# %%
for name, score in {"forest": forest_score, "logistic regression": logistic_score}.items():
    whole = roc_auc_score(y_test, score)
    part = roc_auc_score(y_test, score, max_fpr=0.05)
    print(f"{name:20s} ROC AUC {whole:.2f}, up to a false positive rate of 5%: {part:.2f}")

# %% [markdown]
# Both are lower: the easy comparisons far down the list no longer count. So compare a
# [partial area](../../docs/glossary.md#partial-area) only with another one up to the same false
# positive rate.

# %% [markdown]
# ### One cut, both curves
#
# Each cut of the list is one point on either curve. Move the threshold and watch both points. Find
# the cut that flags about 100 rows. On the ROC curve you stand close to the left edge, where the
# picture has hardly any room; on the precision-recall curve you stand in the middle of it.

# %%
from imbalance_lab.explorers import threshold_explorer

threshold_explorer(y_test, logistic_score, cost_fp=4, cost_fn=120, threshold=0.1)

# %% [markdown] covers="E18 E19"
# ## ROC or precision-recall: both sides
#
# *For precision-recall* (Saito & Rehmsmeier, 2015): with rare positives, a false positive rate of 1%
# looks tiny on a ROC plot, and yet it can mean ten false alarms for each catch. Readers take the plot
# for better than it is. The precision-recall plot shows what working with the list will be like.
#
# *Against the slogan that it is better whenever classes are imbalanced* (McDermott et al., 2024): the
# two areas weigh mistakes differently, and imbalance does not say which weights you want. Look at
# one **swap**: two neighbours in the list, a negative just above a positive, change places. How much
# does that improve either area? It depends on where in the list it happens.

# %%
before = roc_auc_score(y_toy, score_toy), average_precision_score(y_toy, score_toy)
for upper in (1, 5):  # places of a negative that stands just above a positive
    swapped = y_toy.copy()
    swapped[[upper, upper + 1]] = [1, 0]
    gain = (
        roc_auc_score(swapped, score_toy) - before[0],
        average_precision_score(swapped, score_toy) - before[1],
    )
    print(f"swap ranks {upper + 1} and {upper + 2}: ROC AUC {gain[0]:+.3f}, AP {gain[1]:+.3f}")

# %% [markdown]
# For ROC AUC both swaps are worth the same, one pair. For AP the one at the top is worth several
# times the one further down. If you act on the top of the list, that is what you want. If every
# positive matters wherever it stands, it is not.
#
# And who is at the top? Suppose a hospital scores two groups of patients with
# [calibrated](../../docs/glossary.md#calibrated) probabilities. Either has 100 ill; in group P they
# are one in ten, in group Q one in a hundred. You can improve the score for *one* of the groups, by
# the same amount of separation. **Predict first:** which group does ROC AUC tell you to improve?
# Which one does AP?


# %%
from scipy.special import logit


def score_two_groups(separation_p, separation_q, seed):
    """Return labels and log odds of both groups, calibrated, ranked in one list."""
    rng, labels, scores = np.random.default_rng(seed), [], []
    for separation, n_negatives in ((separation_p, 900), (separation_q, 9900)):
        y = np.repeat([1, 0], [100, n_negatives])
        x = rng.normal(size=len(y)) + separation * y
        labels.append(y)
        scores.append(logit(y.mean()) + separation * x - separation**2 / 2)
    return np.concatenate(labels), np.concatenate(scores)


# %%
before = [score_two_groups(1.0, 1.0, seed) for seed in range(20)]
after = {
    "P": [score_two_groups(1.5, 1.0, seed) for seed in range(20)],
    "Q": [score_two_groups(1.0, 1.5, seed) for seed in range(20)],
}
gains = {}
for name, metric in {"ROC AUC": roc_auc_score, "AP": average_precision_score}.items():
    for group, scored in after.items():
        gains[name, group] = interval(
            [metric(*new) - metric(*old) for new, old in zip(scored, before)]
        )
        print(f"{name:7s} when group {group} is improved: {gains[name, group]:+.3f}")

# %% [markdown]
# Each improvement is paired: the same patients, scored before and after. ROC AUC gains most from
# group Q, whose ill are hard to rank above the crowd of group P. AP gains most from group P, because
# the patients with the higher prevalence fill the top of the list. Neither is "the right" answer,
# but a team that optimises AP without knowing this will serve the group that has the disease more
# often.
#
# Now a pair of models that disagree. Model A recognises four in ten positives with certainty and
# knows nothing about the others. Model B ranks all of them moderately well. One in a hundred is
# positive.


# %%
from sklearn.metrics import roc_curve


def two_models(seed):
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [100, 9900])
    some_for_certain = rng.normal(size=len(y)) + 6 * (np.arange(len(y)) < 40)
    all_moderately = rng.normal(size=len(y)) + 1.9 * y
    return y, some_for_certain, all_moderately


def least_cost(y, score, cost_fp, cost_fn):
    """Return the cost at the best threshold of all."""
    fpr, tpr, _ = roc_curve(y, score)
    return np.min(cost_fp * fpr * np.sum(y == 0) + cost_fn * (1 - tpr) * np.sum(y == 1))


y, score_a, score_b = two_models(0)
models = {"A: some for certain": score_a, "B: all moderately": score_b}
plots.roc_curve(y, models, title="ROC: B has the larger area")

# %%
plots.precision_recall_curve(y, models, title="Precision-recall: A has the larger area")

# %% [markdown]
# The curves cross, so each model is the better one somewhere. Twenty fresh pairs, each judged by
# five criteria. All are differences A − B, and a lower cost is better.

# %%
measures = {
    "ROC AUC": roc_auc_score,
    "average precision": average_precision_score,
    "precision in the top 1%": lambda y, s: y[
        np.argsort(-s, kind="stable")[: len(y) // 100]
    ].mean(),
    "cost, a miss is 5 alarms": lambda y, s: least_cost(y, s, 1, 5),
    "cost, a miss is 100 alarms": lambda y, s: least_cost(y, s, 1, 100),
}
pairs = [two_models(seed) for seed in range(20)]
a_minus_b = {
    name: interval([measure(y, a) - measure(y, b) for y, a, b in pairs])
    for name, measure in measures.items()
}
for name, difference in a_minus_b.items():
    print(f"{name:27s} {difference:{'+.0f' if 'cost' in name else '+.2f'}}")

# %% [markdown]
# When a miss is worth few alarms, few are flagged, the top of the list decides, and AP chose the
# cheaper model. When a miss is worth a hundred alarms, many are flagged, the whole list counts, and
# ROC AUC did. Where costs are known, compute the cost.

# %% [markdown]
# ## On real data
#
# How often do the two areas disagree in practice? Logistic regression against a random forest on
# the two sets of lesson 01 that ship with scikit-learn: the digit 8, and tumours thinned out until 5%
# are malignant. Ten random splits each, differences paired.

# %%
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from imbalance_lab.datasets import load_rare_breast_cancer, load_rare_digits


def scores_of_one_split(X, y, seed):
    X_a, X_b, y_a, y_b = train_test_split(X, y, test_size=0.4, stratify=y, random_state=seed)
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    trees = RandomForestClassifier(n_estimators=20, random_state=seed)
    return y_b, *(model.fit(X_a, y_a).predict_proba(X_b)[:, 1] for model in (linear, trees))


sources = {
    "digits, 8": load_rare_digits(8),
    "breast cancer": load_rare_breast_cancer(random_state=0),
}
splits = {
    name: [scores_of_one_split(X, np.asarray(y), seed) for seed in range(10)]
    for name, (X, y) in sources.items()
}

# %%
for name, runs in splits.items():
    print(f"{name}: prevalence {runs[0][0].mean():.2f}, logistic regression minus random forest")
    for label, metric in {"ROC AUC": roc_auc_score, "AP": average_precision_score}.items():
        linear = np.mean([metric(y, a) for y, a, b in runs])
        difference = interval([metric(y, a) - metric(y, b) for y, a, b in runs])
        print(f"  {label:8s} {linear:.2f} for the first, difference {difference:+.2f}")

# %% [markdown]
# On each set the two areas point to the same model, and AP shows the larger difference. To disagree
# they need curves that cross. Other sets, other winners: no area tells you which model to prefer
# before you have tried both.

# %% [markdown]
# ## Claims, tested
#
# Four sentences from popular guides. All numbers are those of the cells above.

# %%
from imbalance_lab.claims import Claim

Claim(
    "With rare positives, average precision is more informative than the area under the ROC curve.",
    verdict="holds only if",
    because=(
        "what you act on is the top of the list, at the prevalence of the test. There the model with"
        f" the higher AP had {a_minus_b['precision in the top 1%']:+.2f} precision. But AP moves with"
        f" the prevalence ({areas[0.1][1].mean:.2f} at 10%, {areas[0.001][1].mean:.2f} at 0.1%, same"
        f" scores), and it gained {gains['AP', 'P']:+.2f} from a better score for a group in which the disease is"
        f" common, {gains['AP', 'Q']:+.2f} from the same progress where it is rare."
    ),
    reference="saito2015",
    evidence="E18",
)

# %%
Claim(
    "Average precision is the single best metric for imbalanced data.",
    verdict="does not hold",
    because=(
        f"Model A won by AP ({a_minus_b['average precision']:+.2f}) and lost by ROC AUC"
        f" ({a_minus_b['ROC AUC']:+.2f}). Which one costs less depends on the prices: at 5 alarms for a"
        f" miss the difference, counted in alarms, was {a_minus_b['cost, a miss is 5 alarms']:+.0f}, at 100 alarms"
        f" {a_minus_b['cost, a miss is 100 alarms']:+.0f}, each at its best threshold. The prevalence"
        " was the same in both cases, so it can't be what decides."
    ),
    reference="mcdermott2024",
    evidence="E19",
)

# %%
Claim(
    "The area under the ROC curve is inflated by the many true negatives.",
    verdict="holds only if",
    because=(
        "these negatives are easy. With a hundred times as many that nobody would confuse it rose by"
        f" {interval(easy[100][0] - easy[0][0]):+.2f}, while AP changed by less than"
        f" {max(0.001, np.abs(easy[100][1] - easy[0][1]).max()):.3f}."
        f" With 999 ordinary ones for each positive instead of one it went from {areas[0.5][0].mean:.2f} to"
        f" {areas[0.001][0].mean:.2f}."
    ),
    reference="saito2015",
    evidence="E20",
)


# %%
def one_yes_no_rule(seed):
    """Flag 30% of the positives and 10% of the negatives: a score with two values."""
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0], [20, 1980])
    return y, (rng.random(len(y)) < np.where(y == 1, 0.3, 0.1)).astype(float)


by_trapezoid, by_steps = [], []
for y, score in map(one_yes_no_rule, range(20)):
    precision, recall, _ = precision_recall_curve(y, score)
    by_trapezoid.append(auc(recall, precision))
    by_steps.append(average_precision_score(y, score))

# %%
Claim(
    "Average precision is the area under the precision-recall curve: auc(recall, precision).",
    verdict="does not hold",
    because=(
        "The trapezoidal rule adds an area that no threshold can reach. For one weak yes-no rule at a"
        f" prevalence of 1% it gave {interval(by_trapezoid):.2f}, the sum of steps"
        f" {interval(by_steps):.2f}; for a score that is the same for everybody, one half instead of"
        " the prevalence. Use average_precision_score."
    ),
    reference="davis2006",
    evidence="E21",
)

# %% [markdown]
# ## Quiz
#
# **1.** A detector has a ROC AUC of 0.9. What does that say?
#
# - a) It is right in 90% of all cases.
# - b) Of a random positive and a random negative, the positive has the higher score with
#   probability 0.9 (ties counted half).
# - c) It finds 90% of the positives.
# - d) 90% of those it flags are positive.
#
# **2.** Of the positives in a test set nine in ten are removed at random; the negatives stay. What do
# you expect?
#
# - a) ROC AUC falls, average precision stays.
# - b) Both stay: the model has not changed.
# - c) ROC AUC stays, apart from noise, and average precision falls.
# - d) Both fall by the same factor.
#
# **3.** A paper reports an average precision of 0.5 for a rare disease and nothing else. How good is
# the score?
#
# - a) Useless: it is what chance gives.
# - b) It is in the middle between chance and perfection.
# - c) Good: anything above 0.3 is good for rare classes.
# - d) It can't be said without the prevalence in the test set.
#
# **4.** A team can check 50 of 10,000 cases a day. Which of these says most about its work?
#
# - a) Precision among the 50 highest scores.
# - b) The area under the whole ROC curve.
# - c) F1 at threshold 0.5.
# - d) Precision at 90% recall.
#
# **5.** To a test set you add 100,000 negatives that score far below every positive. What happens?
#
# - a) Nothing: they are ranked correctly already.
# - b) ROC AUC rises, average precision stays.
# - c) Average precision falls, ROC AUC stays.
# - d) ROC AUC falls, since it is flooded with negatives.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "a", 3: "a", 4: "a", 5: "a"}
### BEGIN SOLUTION
quiz = {1: "b", 2: "c", 3: "d", 4: "a", 5: "b"}
### END SOLUTION

# %% graded="quiz" points=5
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.ranking import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# Two vendors offer a model that ranks customers by their risk to leave. X reports *"AP 0.62"*, Y
# reports *"ROC AUC 0.91"*, each on test data of its own. You can call 200 of 50,000 customers a month,
# and about 1% leave. Answer in four to eight sentences: why can't these numbers be compared, what would
# you ask for, and how would you decide?

# %% [markdown] written="reflection" points=3
# The two numbers answer different questions, and each comes from other test data. An AP of 0.62 means
# little without the prevalence of X's test set: if half of its customers leave, it is hardly better
# than chance; at our 1% it would be excellent. A ROC AUC of 0.91 does not depend on the prevalence, but
# it counts pairs over the whole list, and it may be lifted by customers who are obviously loyal; it says
# little about the top 200. I would have both models score the same past customers of ours, unselected,
# with the natural 1%, and look at who left afterwards. I would compare precision (or lift) among the top
# 200, since that is what we act on, with an interval, because 200 calls catch only a few dozen leavers.
# I would take the model that finds more, unless the interval of the difference includes zero; then
# price decides.
#
# ### BEGIN MARK SCHEME
# 1 point: says that AP depends on the prevalence of its test set (baseline), or that ROC AUC and AP
# answer different questions, so the two can't be compared as they are.
#
# 1 point: asks for both models on the same, representative data with the natural prevalence.
#
# 1 point: decides by the top of the list (precision or lift at 200, or the value of the 200 calls), not
# by an area over the whole list alone.
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - ROC AUC: the share of positive-negative pairs in the right order. Prevalence leaves it alone; easy
#   negatives lift it.
# - Average precision: the mean precision on reaching each positive. Its baseline is the prevalence, so
#   report both, and keep the natural prevalence in the test set. Steps, no straight lines.
# - Act on the top of the list: precision at k, AP, partial area. Care about all positives: ROC AUC. Know
#   the costs: compute them.
# - Two numbers that contradict each other are a gift. Compare before you report.
#
# **New words:** *score*, *ROC curve* and *ROC AUC*, *precision-recall curve*, *average precision* (AP),
# *precision at k*, *lift*, *partial area*, *easy negatives*.
#
# ## Further reading
#
# - Hanley & McNeil (1982). [*The meaning and use of the area under a receiver operating
#   characteristic (ROC) curve*](../../docs/bibliography.md#hanley1982): the area as the chance that
#   a positive stands above a negative.
# - Davis & Goadrich (2006). [*The relationship between precision-recall and ROC
#   curves*](../../docs/bibliography.md#davis2006): what carries over from one curve to the other,
#   and why straight lines do not.
# - Saito & Rehmsmeier (2015). [*The precision-recall plot is more informative than the ROC plot
#   when evaluating binary classifiers on imbalanced
#   datasets*](../../docs/bibliography.md#saito2015): the case for precision-recall.
# - McDermott et al. (2024). [*A closer look at AUROC and AUPRC under class
#   imbalance*](../../docs/bibliography.md#mcdermott2024): the case against the slogan, and a search
#   for where it came from.
# - McClish (1989). [*Analyzing a portion of the ROC
#   curve*](../../docs/bibliography.md#mcclish1989).
#
# **Next:** lesson 04 asks whether the data on which all this was measured were really unseen.
