"""Imbalance Lab: a course on imbalanced classification that grades itself."""

from imbalance_lab import guess
from imbalance_lab.lessons import reset

guess.offer()
reset.offer()
