"""Metrics, and one module for each benchmark."""
