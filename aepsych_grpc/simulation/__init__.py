"""Simulated participants run through a study's own strategies: how many trials does the design need?"""
