function shown = threshold(experiment, given)
%THRESHOLD Plots the threshold over another parameter; see aepsych.Experiment's plotThreshold.
options = aepsych.options('plotThreshold', ...
    struct('parameter', '', 'fixed_parameters', struct(), 'outcome', '', 'axes', []), given);
intensity = experiment.config.intensity_parameter;
others = aepsych.plot.others(experiment);
parameter = char(options.parameter);
if isempty(parameter) && ~isempty(others)
    parameter = others{1};
end
if isempty(intensity) || isempty(parameter)
    error('aepsych:INVALID_REQUEST', ['A threshold is plotted along the intensity parameter over another one whose ' ...
        'values are numbers; the config has not both. plotField shows a single parameter.']);
end
view = aepsych.plot.view(experiment, {parameter, intensity}, options, 160);
contexts = arrayfun(@(x) aepsych.json.object({parameter}, {x}), view.axes(1).values, 'UniformOutput', false);
answer = experiment.threshold('contexts', contexts, 'fixed_parameters', view.held, 'outcome', options.outcome);
shown = aepsych.plot.canvas(options.axes, view);
aepsych.plot.band(shown, view.axes(1).values, answer, answer.median);
end
