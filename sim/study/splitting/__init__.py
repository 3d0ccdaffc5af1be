"""Multilevel splitting of rare outcomes: how it is played, and how it is stored."""
