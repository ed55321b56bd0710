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
# # 00 · Start here: is my environment working, and how do the exercises work?
#
# **At the end you can**
#
# - tell whether this machine runs every lesson, and fix what is missing;
# - solve an exercise, read what its check says, validate the notebook and hand it in;
# - say what "predict before you run" is for;
# - count the classes of any labels, and put the imbalance into one number.
#
# **Time** 50 minutes. **You need** Python and a little pandas. **Builds on** nothing.

# %% [markdown]
# ## Does everything work here?
#
# A notebook is a list of cells. Click into the cell below and press Shift-Enter: it runs, its
# result appears under it, and the next cell is selected. Work through every lesson like that, from
# the top.

# %%
from imbalance_lab.environment import check_environment

check_environment()

# %% [markdown]
# Every line should begin with ✓. A line with ✗ says what to do; a line with ! is worth knowing and
# does not stop you. When you ask for help, send the output of `print(check_environment().details)`
# along: it names the version of everything.
#
# If there is no table but `ModuleNotFoundError: No module named 'imbalance_lab'`, then the notebook
# runs in a different Python from the one in which the course was installed. Choose the kernel again
# (its name is at the top right), or start with `make lab` in the folder of the course, which
# installs all that is needed and opens JupyterLab.
#
# The table can't see your screen, so two things are left for you to look at. First, a picture. You should
# see two bars with labels, and no little boxes in place of letters:

# %%
from imbalance_lab import plots

plots.class_counts(["legitimate"] * 18 + ["fraud · €"] * 2, title="Two classes, γ and π included")

# %% [markdown]
# Every picture in the course carries a sentence that says what it shows, for those who listen to a
# page instead of looking at it.
#
# Second, a control that moves. Drag the slider below, or click it and use the arrow keys. The
# numbers should change with it. What they mean is for later lessons.

# %%
from imbalance_lab.explorers import threshold_explorer

threshold_explorer(
    [0, 0, 0, 0, 0, 0, 1, 0, 1, 1], [0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9]
)

# %% [markdown] covers="E96"
# ### What was installed
#
# Articles on this subject begin with one line: `pip install scikit-learn imbalanced-learn`. It
# works, and for many of their examples it is enough. Is it enough for this course? Ask the two
# packages what they bring with them (the code is folded away; it reads what they declare):

# %% tags=["hide-input"]
import re
import textwrap
from importlib.metadata import requires

from imbalance_lab.environment import LIBRARIES

brought = {"scikit-learn", "imbalanced-learn"}
for name in tuple(brought):
    brought |= {re.match(r"[\w.-]+", line)[0] for line in requires(name) if "extra ==" not in line}
needed = [names[0] for names, _ in LIBRARIES.values()]
lacking = [name for name in [*needed, "torch"] if name not in brought]
print("needed and brought:", ", ".join(name for name in needed if name in brought))
print("needed and lacking:", textwrap.fill(", ".join(lacking), 45).replace("\n", "\n" + " " * 20))

# %% [markdown]
# The table of the first cell did not ask for `torch` (PyTorch). It is large, and only two optional
# notebooks use it, which say how to get it.

# %%
from imbalance_lab.claims import Claim

Claim(
    "To work on imbalanced data, run pip install scikit-learn imbalanced-learn.",
    verdict="holds only if",
    because=(
        f"models and samplers are all that you want. The line brings {len(needed) - len(lacking) + 1}"
        f" of the {len(needed)} libraries that these lessons need: no data frames, no plots, no"
        " notebooks, no gradient boosting beyond scikit-learn's own, and no PyTorch."
    ),
    reference="lemaitre2017",
    evidence="E96",
)

# %% [markdown]
# A box like this closes an experiment in each lesson: a piece of popular advice, a verdict, and the
# numbers from which it follows. Its code is folded away, so that the box speaks first; a click on the
# three dots opens it. The numbers come from the cells above the box, so if you change a cell they
# change too. The verdict is ours, and you may come to a different one.

# %% [markdown]
# ## Predict before you run
#
# At some cells you will be asked for a guess first. It is not graded and nobody sees it. Write it
# down anyway: with a prediction on record you notice a surprise, and what surprises us we remember
# better (Brod, 2021). Here is the first one.
#
# Ten transactions were checked by hand. Eight were fine, one was a fraud, and the result of one was
# lost. What does pandas give as the **[share](../../docs/glossary.md#share) of frauds**?

# %%
my_prediction = None  # your guess, between 0 and 1, in place of None

# %% covers="E06"
import pandas as pd

y_checked = pd.Series(["ok", "ok", "fraud", "ok", "ok", None, "ok", "ok", "ok", "ok"])
shares = y_checked.value_counts(normalize=True)
print(f"you predicted {my_prediction}; pandas says {shares['fraud']:.3f}")

# %% [markdown]
# Not one in ten but one in nine: `value_counts` leaves out what is missing, and `normalize=True`
# then divides by what is left. Neither is wrong, but a report should say which one it means.

# %% [markdown]
# ## Count before anything else
#
# The first question to any [labels](../../docs/glossary.md#label) is how many there are of each
# [class](../../docs/glossary.md#class), in numbers *and* in shares. Five facts about `value_counts`
# are worth knowing. Look at the output before you read on.

# %% covers="E06"
y_mail = pd.Series(["ok", "spam", "ok", "fraud", "ok", None, "ok", "spam", "fraud", "ok"])
print(y_mail.value_counts(), end="\n\n")
print(y_mail.value_counts(normalize=True).round(3), end="\n\n")
print(y_mail.value_counts(dropna=False))

# %% [markdown]
# 1. The most common class comes **first**, so the one that you are looking for comes last.
# 2. With `normalize=True` you get shares, which add up to 1 over what was counted.
# 3. What is missing is left out, unless you say `dropna=False`.
# 4. A class that does **not occur** is not listed: nothing tells you that it could have.
# 5. Classes of **equal count**, here spam and fraud, come in no order that is promised, and a sort by
#    the count alone may shuffle them. If you need an order, sort by the label too, or first by the
#    label and then by the count with `kind="stable"`.
#
# The fourth one bites when a class is rare. If these ten mails came from a system that also knows
# the label "virus", you would have to say so:

# %%
print(y_mail.value_counts().reindex(["ok", "spam", "fraud", "virus"], fill_value=0))

# %% [markdown]
# ## One exercise from beginning to end
#
# An exercise has four parts: a **[contract](../../docs/glossary.md#contract)** (the text under the
# function's first line: what comes in, what goes out, and one example worked by hand), a cell for
# **your answer**, a cell to **try** it, and a **[check](../../docs/glossary.md#check)**. Let us do
# one together that earns no points.
#
# > `share_of(y, label)`: the share of the samples that have this label, between 0 and 1. `y` is
# > [array-like](../../docs/glossary.md#array-like): a list, an array or a Series. By hand: "fraud"
# > is one of four in `["ok", "ok", "fraud", "ok"]`, a share of 0.25.
#
# A first attempt, and its check. Run it and read what it says, from top to bottom.

# %% tags=["raises-exception"]
from imbalance_lab.checks import check
from imbalance_lab.exercises.warm_up import SHARE_OF


def share_of(y, label):
    return (y == label).sum()


check(share_of, SHARE_OF).on(pd.Series(["ok", "ok", "fraud", "ok"]), "fraud").gives(0.25)

# %% [markdown]
# The message always has the same order: on which input, what was **expected**, what **came**, which
# known mistake it looks like (only where the check recognises one), and what to read again. It
# never gives the answer. This one is right: we returned a count. A second attempt divides:


# %% tags=["raises-exception"]
def share_of(y, label):
    return (y == label).mean()


check(share_of, SHARE_OF).on(pd.Series(["ok", "ok", "fraud", "ok"]), "fraud").gives(0.25)
check(share_of, SHARE_OF).on(["ok", "ok", "fraud", "ok"], "fraud").gives(0.25)

# %% [markdown]
# The first check passes, and says so. The second one hands over a plain list, which the contract
# allows. In Python `["ok", "fraud"] == "fraud"` is a single `False`, and that has no
# `mean`. Where your code stops with an error the message shows your own line. The third attempt
# turns whatever comes into an array first:

# %%
import numpy as np


def share_of(y, label):
    return np.mean(np.asarray(y) == label)


check(share_of, SHARE_OF).on(pd.Series(["ok", "ok", "fraud", "ok"]), "fraud").gives(0.25)
check(share_of, SHARE_OF).on(["ok", "ok", "fraud", "ok"], "fraud").gives(0.25)
check(share_of, SHARE_OF).on(np.array([2, 7, 7, 2, 7]), 7).gives(0.6)

# %% [markdown]
# Three things to remember in every exercise that follows:
#
# - **Read the contract to the end.** Each word of it is tested: kinds of input, order, edge cases.
# - **Use what comes in, nothing else.** The check calls your function with inputs of its own, which
#   you do not see: longer ones, with other labels, in other containers. A variable of the notebook
#   or a remembered result does not help there.
# - **Return it.** A function that only prints returns nothing. A right value is right in any plain
#   form: 0.25 may be a Python or a NumPy number, four values may be a list or an array.

# %% [markdown]
# ### Exercise 1: a table of the classes
#
# Now you. Write your code in place of the line `raise NotImplementedError()`, run the cell, try it
# in the next one, and run the check below. If it does not pass, read, change, and run again, as
# often as you like. If you are stuck: a check that has failed says below how to open a first hint,
# about where to look, and then a second one, with the idea. To begin again, write `%%start_over` as
# the first line of your answer's cell and run it: the cell is as you got it, and what you had is
# kept in a file.


# %% answer="class-table"
def class_table(y):
    """Return how many samples each class has and what share that is, the rarest class first.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of one kind (numbers, strings or booleans), one or more classes, none missing.

    Returns
    -------
    DataFrame of shape (n_classes, 2)
        The labels are the index. The columns are "count" and "share" (between 0 and 1), in this
        order. The rows begin with the rarest class; classes of equal count come in the order of
        their labels, the smaller one (for strings: in the alphabet) first.

    Example by hand: ["ok", "spam", "ok", "fraud", "ok"] gives

               count  share
        fraud      1    0.2
        spam       1    0.2
        ok         3    0.6
    """
    ### BEGIN SOLUTION
    labels, counts = np.unique(np.asarray(y), return_counts=True)
    order = np.argsort(counts, kind="stable")
    table = pd.DataFrame({"count": counts, "share": counts / counts.sum()}, index=labels)
    return table.iloc[order]
    ### END SOLUTION


# %% try="class-table"
class_table(["ok", "spam", "ok", "fraud", "ok"])

# %% graded="class-table" points=2
import pandas as pd

from imbalance_lab.checks import check
from imbalance_lab.exercises.start_here import CLASS_TABLE

by_hand = pd.DataFrame({"count": [1, 1, 3], "share": [0.2, 0.2, 0.6]}, ["fraud", "spam", "ok"])
check(class_table, CLASS_TABLE).on(["ok", "spam", "ok", "fraud", "ok"]).gives(by_hand)
check(class_table, CLASS_TABLE).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import start_here as keys

check(class_table, CLASS_TABLE).keeps_its_contract(keys.CLASS_TABLE.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## One number for the imbalance
#
# Two classes or ten, people like to say in one number how uneven they are. The
# **[imbalance ratio](../../docs/glossary.md#imbalance-ratio)** is
#
# $$\text{IR} = \frac{n_{\text{largest}}}{n_{\text{smallest}}},$$
#
# the number of samples of the largest class for each one of the smallest. Balanced classes have
# IR = 1; "1 to 99" means IR = 99. With two classes, the share $s$ of the rarer one follows from it:
#
# $$s = \frac{n_{\text{smallest}}}{n_{\text{smallest}} + n_{\text{largest}}} = \frac{1}{1 + \text{IR}}.$$
#
# By hand: 2 frauds and 8 others have IR = 8 / 2 = 4 and a share of 1 / (1 + 4) = 0.2. It is easy to
# mix up the two, or to get the ratio upside down:

# %%
for n_rare, n_common in [(2, 8), (50, 50), (10, 90), (1, 99)]:
    ratio = n_common / n_rare
    print(f"{n_rare:2d} of {n_rare + n_common}: IR = {ratio:4.0f}, share = {1 / (1 + ratio):.2f}")

# %% [markdown]
# What if a class that could occur does not? Then there are infinitely many of the others for each
# of its samples: IR = $\infty$, in Python `math.inf`. This is not far-fetched. When
# [positives](../../docs/glossary.md#positive) are rare, a small piece of the data may well hold
# none.

# %% [markdown]
# ### Exercise 2: the imbalance ratio

# %% answer="imbalance-ratio"
import math


def imbalance_ratio(y, classes=None):
    """Return how many samples of the largest class there are for each one of the smallest.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of any kind, at least one, none missing; any number of classes.
    classes : list, optional
        All the labels that could occur, at least those that do. A class that is listed here and
        does not occur has no samples, but it counts as a class. By default the classes are those
        that occur.

    Returns
    -------
    float
        At least 1. It is `math.inf` if a class has no samples, and 1 if there is only one class.

    Example by hand: in ["ok", "ok", "fraud", "ok"] there are three "ok" for one "fraud": 3.0.
    With classes=["ok", "fraud", "spam"] the smallest class is "spam", with none: infinite.
    """
    ### BEGIN SOLUTION
    y = list(y)
    sizes = [y.count(label) for label in (set(y) if classes is None else classes)]
    return max(sizes) / min(sizes) if min(sizes) > 0 else math.inf
    ### END SOLUTION


# %% try="imbalance-ratio"
imbalance_ratio(["ok", "ok", "fraud", "ok"])

# %% graded="imbalance-ratio" points=2
from math import inf

from imbalance_lab.checks import check
from imbalance_lab.exercises.start_here import IMBALANCE_RATIO

y = ["ok", "ok", "fraud", "ok"]
check(imbalance_ratio, IMBALANCE_RATIO).on(y).gives(3.0)
check(imbalance_ratio, IMBALANCE_RATIO).on(y, classes=["ok", "fraud", "spam"]).gives(inf)
check(imbalance_ratio, IMBALANCE_RATIO).keeps_its_contract()
### BEGIN HIDDEN TESTS
from imbalance_oracles import start_here as keys

check(imbalance_ratio, IMBALANCE_RATIO).keeps_its_contract(keys.IMBALANCE_RATIO.hidden())
### END HIDDEN TESTS

# %% [markdown]
# ## On the data of the course
#
# Three sets that you will meet again: simulated card transactions, tumours of which the malignant
# ones were made rare, and scanned digits of which the 8 is one class and the rest the other. **Predict
# first:** which of the three is the most imbalanced, and which has the fewest rare samples? (As
# everywhere in the text between exercises, the cell that shows it computes what it needs itself, so
# that it runs whether or not you have solved them.)

# %%
my_prediction = None  # two names: the most imbalanced set, the one with the fewest rare samples

# %%
from imbalance_lab.datasets import load_rare_breast_cancer, load_rare_digits, make_transactions

labels_of = {
    "transactions": make_transactions(random_state=0)["is_fraud"],
    "breast cancer": load_rare_breast_cancer(random_state=0)[1],
    "digits, 8": load_rare_digits(8)[1],
}
summary = {}
for name, y in labels_of.items():
    counts = pd.Series(y).value_counts()
    summary[name] = {"rare": counts.min(), "all": counts.sum(), "IR": counts.max() / counts.min()}
print("you predicted:", my_prediction)
pd.DataFrame(summary).T.astype({"rare": int, "all": int}).round({"IR": 1})

# %% [markdown]
# The most imbalanced set is not the one with the fewest rare samples. Which of the two makes a
# problem hard is a question of lesson 01.

# %% [markdown]
# ## Validate, then hand in
#
# Every lesson ends with a quiz (checked at once, a point for each right letter), and one question
# to answer in words, which your instructor reads. You find both below. When you have done them:
#
# 1. **Save** the notebook (Ctrl-S, or ⌘-S). Binder forgets everything about ten minutes after you
#    have left: there, open the notebook `keep-my-work`, in the folder above `lessons`. It puts all
#    your saved notebooks into one file for you to download, and takes them up again another day. In
#    a lesson `from imbalance_lab.work import pack_work; pack_work()` does the same in a new cell.
# 2. Press **Validate** at the top of the notebook. It starts your copy afresh, runs it from the top
#    and lists the checks that do not pass, and a written answer that is still empty. It also finds
#    what works only by accident, such as a name from a cell that you have deleted since.
# 3. **Hand in** the file as your instructor says. Keep its name, and change only the cells that are
#    yours: those with a function to write, the quiz and the written answer. The checks that are used
#    for grading are the instructor's own, so changing yours has no effect.
#
# Validate knows only the checks that you see. Grading adds others of the same kind, on other inputs.
# An answer that keeps to its contract passes both. Later you get the notebook back with the points
# of each check, what it said, and remarks on your written answer.
#
# If you learn on your own, without an instructor, do just the same up to step 2, and compare your
# written answer with the sections it is about. The course can be had with model solutions, which
# open step by step after the hints; its README says how.
#
# If a cell gets lost or is pasted twice, the checks say so, and how to put it right: all your answers stay.

# %% [markdown]
# ## Quiz
#
# **1.** Validate finds nothing wrong. What follows?
#
# - a) The exercises will get full points.
# - b) The notebook has been handed in.
# - c) The checks that you see pass in a fresh run from the top; hidden ones remain.
# - d) Nothing that running all cells one after another would not have shown.
#
# **2.** Two classes have an imbalance ratio of 19. What is the share of the rarer one?
#
# - a) 1/19, about 5.3%.
# - b) 1/20, which is 5%.
# - c) 19%.
# - d) It can't be said without the number of samples.
#
# **3.** What is a prediction before a run good for?
#
# - a) It makes a surprise visible, and what surprises is remembered better.
# - b) It is graded, so that everybody takes part.
# - c) It only helps those who guess right.
# - d) The cell after it does not run without it.
#
# **4.** Your function passes the check in your notebook, but a hidden one fails. What is the most
# likely reason?
#
# - a) It did not return the expected value of the example that you see.
# - b) It needs a variable of your notebook, which should have been kept.
# - c) It raised a warning.
# - d) It fits the examples that you see and not the whole contract.

# %% answer="quiz"
# One letter for each question, in this form: quiz = {1: "a", 2: "b", 3: "c", 4: "d"}
### BEGIN SOLUTION
quiz = {1: "c", 2: "b", 3: "a", 4: "d"}
### END SOLUTION

# %% graded="quiz" points=4
from imbalance_lab.checks import score_quiz
from imbalance_lab.exercises.start_here import QUIZ

score_quiz(quiz, QUIZ)

# %% [markdown]
# ## In your own words
#
# A colleague reports: *"Our data have an imbalance ratio of 200."* There are two classes. Answer in
# two to four sentences: what share has the rarer class, roughly, what does the number leave open,
# and what would you have printed instead? Double-click the box below to write into it, and press
# Shift-Enter when you are done.

# %% [markdown] written="reflection" points=2
# With 200 common samples for each rare one, the rarer class has 1 in 201, about half a percent. The
# ratio leaves open how many samples there are (5 rare ones among 1,005 or 5,000 among 1,005,000),
# which class is the rare one, and what happened to rows without a label. I would print the table of
# counts and shares of each class, rarest first, with the number of missing labels.
#
# ### BEGIN MARK SCHEME
# 1 point: a share of about 0.5% (1/201; 1/200 as an approximation is fine).
#
# 1 point: says that the ratio hides the number of rare samples, and would show counts (with or
# without shares).
# ### END MARK SCHEME

# %% [markdown]
# ## Take away
#
# - `check_environment()` says what is missing and how to fix it.
# - The contract is the exercise. Checks call your function with inputs that you have not seen.
# - Save, Validate, hand in; guess before you run.
# - Count first: counts and shares of each class, the rare one first, missing labels and absent
#   classes included.
#
# **New words:** *class* and *label* (the group that a sample belongs to, and its name), *share*,
# *imbalance ratio* (IR), *array-like* (a list, an array or a Series), *contract*, *check*.
#
# ## Further reading
#
# - Brod (2021). [*Predicting as a learning strategy*](../../docs/bibliography.md#brod2021): why a
#   guess that you commit to makes the answer stick.
# - Lemaître et al. (2017). [*Imbalanced-learn: a Python toolbox to tackle the curse of imbalanced
#   datasets in machine learning*](../../docs/bibliography.md#lemaitre2017): the paper to cite for
#   the library, which says what it brings and what it needs.
#
# **Next:** lesson 01 shows a model that is right 99 times in 100 and worth next to nothing.
