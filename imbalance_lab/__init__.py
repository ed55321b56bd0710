"""Imbalance Lab: a course on imbalanced classification that grades itself."""

from imbalance_lab import guess, undefined
from imbalance_lab.lessons import notice, reset

guess.offer()
undefined.offer()
reset.offer()
notice.offer()
