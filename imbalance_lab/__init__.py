"""Imbalance Lab: a course on imbalanced classification that grades itself."""

from imbalance_lab import guess
from imbalance_lab.lessons import notice, reset

guess.offer()
reset.offer()
notice.offer()
