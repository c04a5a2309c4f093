"""What a store was given, and what of it belongs into a table by its rules of retention."""

import datetime
import json

# An event so near to the border of a time may be on either side of it.
NEAR_SECONDS = 300


def now():
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Past:
    """All events that a store ever had, by `seq`, and its times of retention."""

    def __init__(self, desk, store):
        self.desk, self.store = desk, store
        self.texts, self.dated = {}, {}
        # For how long the store keeps and shows an event, in seconds; None: for ever.
        self.kept, self.visible = None, None

    def add(self, events, seed):
        """Gives the store made-up events, of the same 90 days each time, and seals it."""
        made = self.desk.run("generate", "--events", str(events), "--seed", str(seed))
        self.desk.run("import", "--store", self.store, "-", given=made)
        self.desk.run("seal", "--store", self.store)
        newest = max(self.texts, default=0)
        for text in self.desk.events(self.store, "--include-hidden", f"seq>{newest}"):
            event = json.loads(text)
            self.texts[event["seq"]] = text
            self.dated[event["seq"]] = seconds(event["occurred_at"])

    def keep(self, kept=None, visible=None):
        """Sets the times, unless they are shorter already: what is dropped does not come back."""
        shorter = lambda old, new: min((one for one in (old, new) if one is not None), default=None)
        self.kept, self.visible = shorter(self.kept, kept), shorter(self.visible, visible)
        told = ["forever" if time is None else f"{int(time)}s" for time in (self.kept, self.visible)]
        self.desk.run("retain", "--store", self.store, "--set",
                      f"default:kept={told[0]},visible={told[1]}")

    def age_of(self, share):
        """An age that about this share of the events is beyond, and that none has to the minute."""
        dated = sorted(self.dated.values())
        for first, second in zip(dated[int(share * len(dated)) :], dated[int(share * len(dated)) + 1 :]):
            if second - first > 4 * NEAR_SECONDS:
                return now() - (first + second) / 2
        return now() - dated[-1]

    def fate(self, seq):
        """What the rules say now: expired, hidden, shown, or what may be either."""
        age = now() - self.dated[seq]

        def is_past(time):
            return time is not None and age > time

        for time in (self.kept, self.visible):
            if time is not None and abs(age - time) < NEAR_SECONDS:
                return "near"
        return "expired" if is_past(self.kept) else "hidden" if is_past(self.visible) else "shown"

    def fates(self):
        return {seq: self.fate(seq) for seq in self.texts}
