"""Views with names in place of keys: what pandas, R and SQL read. docs/database.md describes their columns."""

import re

from sqlalchemy import Connection

_DEFINITIONS = {
    "v_experiments": """
SELECT
  e.experiment_id, e.name AS study, e.participant_id, e.finished,
  (SELECT count(*) FROM trials t WHERE t.experiment_key = e.key) AS trials,
  (
    SELECT count(*)
    FROM responses r
    LEFT JOIN revisions x ON x.experiment_key = r.experiment_key AND x.trial_id = r.trial_id
    WHERE r.experiment_key = e.key AND NOT coalesce(x.retracted, FALSE)
  ) AS responses,
  TIME(e.create_time) AS create_time,
  TIME(e.update_time) AS update_time,
  coalesce((SELECT JSON_OBJECT(l.name, l.value) FROM labels l WHERE l.experiment_key = e.key), '{}') AS labels,
  c.config
FROM experiments e
LEFT JOIN configs c ON c.experiment_key = e.key
""",
    "v_trials": """
SELECT
  e.experiment_id, e.name AS study, e.participant_id, t.trial_id,
  CASE WHEN x.retracted THEN 'retracted' WHEN r.trial_id IS NULL THEN 'pending' ELSE 'told' END AS state,
  s.name AS strategy, t.source,
  TIME(t.ask_time) AS ask_time,
  TIME(r.tell_time) AS tell_time,
  r.response_time, r.excluded, r.observation_id, r.metadata, t.note,
  TIME(x.revise_time) AS revise_time,
  x.reason AS revise_reason
FROM trials t
JOIN experiments e ON e.key = t.experiment_key
LEFT JOIN strategies s ON s.experiment_key = t.experiment_key AND s.strategy = t.strategy
LEFT JOIN responses r ON r.experiment_key = t.experiment_key AND r.trial_id = t.trial_id
LEFT JOIN revisions x ON x.experiment_key = t.experiment_key AND x.trial_id = t.trial_id
""",
    "v_parameters": """
SELECT e.experiment_id, v.trial_id, v.stimulus, p.name AS parameter, v.value, v.category, p.kind, p.unit
FROM parameter_values v
JOIN experiments e ON e.key = v.experiment_key
JOIN parameters p ON p.experiment_key = v.experiment_key AND p.parameter = v.parameter
""",
    "v_outcomes": """
SELECT e.experiment_id, v.trial_id, o.name AS outcome, v.value, o.kind
FROM outcome_values v
JOIN experiments e ON e.key = v.experiment_key
JOIN outcomes o ON o.experiment_key = v.experiment_key AND o.outcome = v.outcome
LEFT JOIN revisions x ON x.experiment_key = v.experiment_key AND x.trial_id = v.trial_id
WHERE NOT coalesce(x.retracted, FALSE)
""",
    "v_wide": """
SELECT
  e.experiment_id, e.name AS study, e.participant_id, t.trial_id, n.stimulus,
  CASE WHEN x.retracted THEN 'retracted' WHEN r.trial_id IS NULL THEN 'pending' ELSE 'told' END AS state,
  (
    SELECT JSON_OBJECT(p.name, NUMBER_OR_TEXT(v.value, v.category))
    FROM parameter_values v
    JOIN parameters p ON p.experiment_key = v.experiment_key AND p.parameter = v.parameter
    WHERE v.experiment_key = n.experiment_key AND v.trial_id = n.trial_id AND v.stimulus = n.stimulus
  ) AS parameters,
  coalesce((
    SELECT JSON_OBJECT(o.name, v.value)
    FROM outcome_values v
    JOIN outcomes o ON o.experiment_key = v.experiment_key AND o.outcome = v.outcome
    WHERE v.experiment_key = t.experiment_key AND v.trial_id = t.trial_id AND NOT coalesce(x.retracted, FALSE)
  ), '{}') AS outcomes,
  r.response_time, r.excluded, s.name AS strategy, t.source,
  TIME(r.tell_time) AS tell_time
FROM trials t
JOIN experiments e ON e.key = t.experiment_key
JOIN parameter_values n ON n.experiment_key = t.experiment_key AND n.trial_id = t.trial_id AND n.parameter = 0
LEFT JOIN strategies s ON s.experiment_key = t.experiment_key AND s.strategy = t.strategy
LEFT JOIN responses r ON r.experiment_key = t.experiment_key AND r.trial_id = t.trial_id
LEFT JOIN revisions x ON x.experiment_key = t.experiment_key AND x.trial_id = t.trial_id
""",
}

_TRANSLATIONS = {
    "sqlite": {
        r"TIME\(([\w.]+)\)": r"strftime('%Y-%m-%dT%H:%M:%S', \1 / 1000000, 'unixepoch') || "
        r"printf('.%06dZ', \1 % 1000000)",
        r"JSON_OBJECT": "json_group_object",
        r"NUMBER_OR_TEXT\(([\w.]+), ([\w.]+)\)": r"coalesce(\1, \2)",
    },
    "postgresql": {
        r"TIME\(([\w.]+)\)": r"timestamptz '1970-01-01 00:00:00+00' + \1 * interval '1 microsecond'",
        r"JSON_OBJECT": "json_object_agg",
        r"NUMBER_OR_TEXT\(([\w.]+), ([\w.]+)\)": r"coalesce(to_json(\1), to_json(\2))",
    },
}
"""How each database says what is in capitals above and not SQL: patterns and what takes their place."""

VIEWS = tuple(_DEFINITIONS)
"""Their names."""


def create(connection: Connection) -> None:
    """Make the views."""
    for name, definition in _DEFINITIONS.items():
        for pattern, translation in _TRANSLATIONS[connection.dialect.name].items():
            definition = re.sub(pattern, translation, definition)
        connection.exec_driver_sql(f"CREATE VIEW {name} AS{definition}")


def drop(connection: Connection) -> None:
    """Drop the views that there are, so that the tables below can change."""
    for name in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
