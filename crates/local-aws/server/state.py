"""Saves what is in the local AWS while it runs."""

import asyncio
import time

QUIET_SECONDS = 0.5  # no write for this long: a good moment to save
BUSY_SECONDS = 5.0  # save at least this often while writes keep coming


class State:
    """Saves ministack's state soon after it may have changed."""

    def __init__(self, ministack):
        self.ministack = ministack
        self.changed = None  # since when
        self.last_write = 0.0

    def touched(self):
        self.last_write = time.monotonic()
        self.changed = self.changed or self.last_write

    def save(self):
        self.changed = None
        self.ministack.save_all(self.ministack._build_persistence_save_dict())

    async def keep_saved(self):
        while True:
            await asyncio.sleep(0.25)
            now = time.monotonic()
            if self.changed and (now - self.last_write > QUIET_SECONDS or now - self.changed > BUSY_SECONDS):
                self.save()
                # A large state takes long to save: never spend more than a tenth of the time on it.
                await asyncio.sleep(10 * (time.monotonic() - now))
