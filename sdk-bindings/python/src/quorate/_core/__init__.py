"""What needs neither threads nor asyncio: which endpoint comes next, which failure ends a call, what a request says."""
