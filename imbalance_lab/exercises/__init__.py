"""The catalogue of exercises: one module a lesson, with each mistake that its checks name."""
