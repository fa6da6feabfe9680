"""Files of whole experiments: tables of trials to analyse, and logs that go on elsewhere."""
