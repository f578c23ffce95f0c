"""The kill test: orders pour in, answers are lost, processes die; what became of each order?"""
