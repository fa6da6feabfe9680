function [columns, rows] = asTable(experiment)
%ASTABLE Returns an experiment's trials as names of columns and cells, a row for each trial.
%
%   Columns are named as in the Python client's data frames: a parameter is numbered where trials have several stimuli, a
%   parameter or an outcome that is called like another column gets the prefix parameter_ or outcome_. Last come outcomes
%   as they were told before a revision, and what is in the responses' metadata. What a trial has not is ''.
config = experiment.config;
trials = experiment.trials();
parameters = aepsych.study.names(config.parameters);
outcomes = aepsych.study.names(config.outcomes);
stimuli = max(config.stimuli_per_trial, 1);
own = {'response_time', 'strategy', 'source', 'state', 'exclude_from_model', 'note', 'ask_time', 'tell_time'};
named = [{'trial_id'}, own, {'revise_time', 'revision_reason', 'participant_id', 'experiment_id', 'posterior_mean', ...
    'posterior_variance'}];
told = cell(1, numel(trials));
metadata = cell(1, numel(trials));
for i = 1:numel(trials)
    told{i} = struct();
    if ~isempty(trials(i).revision)
        told{i} = trials(i).revision.told_outcomes;
    end
    metadata{i} = trials(i).metadata;
    if isempty(metadata{i})
        metadata{i} = struct();
    end
end
toldNames = keysOf(told);
metadataNames = keysOf(metadata);
columns = {'trial_id'};
for position = 1:stimuli
    suffix = '';
    if stimuli > 1
        suffix = sprintf('_%d', position);
    end
    columns = [columns, cellfun(@(name) apart([name suffix], 'parameter_', named), parameters, 'UniformOutput', false)]; %#ok<AGROW>
end
columns = [columns, cellfun(@(name) apart(name, 'outcome_', named), outcomes, 'UniformOutput', false), own, ...
    {'revise_time', 'revision_reason', 'participant_id', 'experiment_id'}, strcat('told_', toldNames), ...
    strcat('metadata_', metadataNames)];
rows = cell(numel(trials), numel(columns));
for i = 1:numel(trials)
    trial = trials(i);
    row = {trial.trial_id};
    for position = 1:stimuli
        row = [row, valuesOf(trial.stimuli{position}, parameters)]; %#ok<AGROW>
    end
    row = [row, valuesOf(trial.outcomes, outcomes), cellfun(@(name) trial.(name), own, 'UniformOutput', false)]; %#ok<AGROW>
    revised = {'', ''};
    if ~isempty(trial.revision)
        revised = {trial.revision.revise_time, trial.revision.reason};
    end
    row = [row, revised, {experiment.participant_id, experiment.experiment_id}]; %#ok<AGROW>
    row = [row, valuesOf(told{i}, toldNames), valuesOf(metadata{i}, metadataNames)]; %#ok<AGROW>
    row(cellfun(@(value) isnumeric(value) && isempty(value), row)) = {''};
    rows(i, :) = row;
end
end

function name = apart(name, prefix, named)
if any(strcmp(name, named)) || strncmp(name, 'told_', 5) || strncmp(name, 'metadata_', 9)
    name = [prefix name];
end
end

function names = keysOf(objects)
names = {};
for i = 1:numel(objects)
    keys = aepsych.json.entries(objects{i});
    names = [names, keys(~ismember(keys, names))]; %#ok<AGROW>
end
end

function row = valuesOf(object, names)
row = repmat({''}, 1, numel(names));
if isempty(object)
    return
end
[keys, values] = aepsych.json.entries(object);
[known, at] = ismember(names, keys);
row(known) = values(at(known));
end
