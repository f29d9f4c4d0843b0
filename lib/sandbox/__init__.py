"""Runs strangers' code and hands back what it returned; knows no exercise and no right answer."""
