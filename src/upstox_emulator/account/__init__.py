"""What belongs to one account: tokens, funds, kill switch, static IPs, payments.

Pure: every change is a command that carries its moment; the same commands on the same seed give the same state. A
command that is refused has changed nothing.
"""
