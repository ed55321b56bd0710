"""The catalogue of exercises: one module a lesson, with every misconception that its checks name."""
