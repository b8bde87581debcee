-- Who has complained about an account today is asked for each complaint; of all events these are the few.
CREATE INDEX event_complaint ON event (at) WHERE kind = 20;
