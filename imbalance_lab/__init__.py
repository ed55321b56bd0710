"""Imbalance Lab: a course on imbalanced classification that grades itself."""
