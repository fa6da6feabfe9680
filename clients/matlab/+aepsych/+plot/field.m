function shown = field(experiment, given)
%FIELD Plots the response over one or two parameters; see aepsych.Experiment's plotField.
options = aepsych.options('plotField', ...
    struct('parameters', {{}}, 'fixed_parameters', struct(), 'outcome', '', 'axes', []), given);
parameters = cellstr(options.parameters)';
if isempty(options.parameters)
    others = aepsych.plot.others(experiment);
    parameters = [others(1:min(1, end)), {experiment.config.intensity_parameter}];
    if isempty(parameters{end}) % no parameter is declared as the intensity
        parameters = others(1:min(2, end));
    end
end
points = [160, 56]; % predictions along one axis, along each of two
view = aepsych.plot.view(experiment, parameters(:)', options, points(min(numel(parameters), 2)));
if isempty(view.axes) || numel(view.axes) > 2
    error('aepsych:INVALID_REQUEST', 'A field is plotted over one or two parameters; %d are given.', numel(parameters));
end
outcome = options.outcome;
if isempty(outcome)
    outcome = experiment.config.outcomes(1).name;
end
values = {view.axes.values};
if numel(values) == 1
    grid = values;
else
    [grid{1:2}] = meshgrid(values{:});
end
[names, coordinates] = deal({view.axes.name}, cellfun(@(one) num2cell(one(:)'), grid, 'UniformOutput', false));
coordinates = vertcat(coordinates{:});
stimuli = cell(1, size(coordinates, 2));
for i = 1:numel(stimuli)
    stimuli{i} = aepsych.json.object(names, coordinates(:, i)');
end
response = experiment.predict(stimuli, 'fixed_parameters', view.held, 'outcome', options.outcome);
shown = aepsych.plot.canvas(options.axes, view);
[x, told] = aepsych.plot.points(experiment, view, outcome);
if numel(values) == 1
    aepsych.plot.band(shown, values{1}, response, response.mean);
    ylabel(shown, strrep(outcome, '_', ' '), 'Interpreter', 'none');
    plot(shown, x, told, 'ko', 'MarkerSize', 4);
else
    contourf(shown, grid{:}, reshape(response.mean, size(grid{1})), 20, 'LineStyle', 'none');
    colormap(shown, aepsych.plot.lightToDeep());
    set(get(colorbar('peer', shown), 'YLabel'), 'String', strrep(outcome, '_', ' '), 'Interpreter', 'none');
    high = told > (min([told, 0]) + max([told, 1])) / 2;
    plot(shown, x(1, high), x(2, high), 'ko', 'MarkerFaceColor', 'k', 'MarkerSize', 4);
    plot(shown, x(1, ~high), x(2, ~high), 'ko', 'MarkerFaceColor', 'w', 'MarkerSize', 4);
end
end
