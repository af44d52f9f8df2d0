"""The engine room: what an endpoint is, how a call lives, and the only place that does I/O.

Everything but `transport` and `drivers` is pure: values in, values out.
"""
