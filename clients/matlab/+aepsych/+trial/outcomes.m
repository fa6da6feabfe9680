function outcomes = outcomes(outcome, config)
%OUTCOMES Returns a response as values by outcome.
if isstruct(outcome) || isa(outcome, 'containers.Map')
    outcomes = outcome;
    return
end
names = aepsych.study.names(config.outcomes);
if numel(names) ~= 1
    error('aepsych:INVALID_REQUEST', 'The experiment has %d outcomes; give a struct with a value for each of %s.', ...
        numel(names), strjoin(names, ', '));
end
outcomes = aepsych.json.object(names, {outcome});
end
