function view = view(experiment, parameters, options, points)
%VIEW Says what a plot shows: the parameters along its axes, and the values at which the others are held.
%
%   VIEW has, for each parameter shown, its name, label, values and whether its axis is logarithmic (in view.axes), and
%   held: values of the others by name, those given in the options or the middle of their range.
config = experiment.config;
names = aepsych.study.names(config.parameters);
shown = cell(1, 0);
for name = parameters
    at = find(strcmp(names, name{1}));
    if isempty(at)
        error('aepsych:INVALID_REQUEST', 'The experiment has no parameter "%s", only: %s.', name{1}, strjoin(names, ', '));
    end
    shown{end + 1} = axisOf(config.parameters(at), points); %#ok<AGROW>
end
view.axes = [shown{:}];
[givenNames, given] = aepsych.json.entries(options.fixed_parameters);
heldNames = names(~ismember(names, parameters));
held = cell(1, numel(heldNames));
for i = 1:numel(heldNames)
    at = find(strcmp(givenNames, heldNames{i}));
    if isempty(at)
        held{i} = middle(config.parameters(strcmp(names, heldNames{i})));
    else
        held{i} = given{at};
    end
end
view.held = aepsych.json.object(heldNames, held);
view.names = names;
view.title = config.name;
if ~isempty(experiment.participant_id)
    view.title = strtrim([view.title ' ' experiment.participant_id]);
end
for i = 1:numel(heldNames)
    view.title = sprintf('%s; %s = %s', view.title, heldNames{i}, strrep(aepsych.json.encode(held{i}), '"', ''));
end
end

function axis = axisOf(parameter, points)
axis.name = parameter.name;
axis.label = strrep(parameter.name, '_', ' ');
if ~isempty(parameter.unit)
    axis.label = sprintf('%s (%s)', axis.label, parameter.unit);
end
range = aepsych.plot.numeric(parameter);
if isempty(range)
    error('aepsych:INVALID_REQUEST', 'Values of "%s" are no numbers; hold it with fixed_parameters.', parameter.name);
end
axis.log = range.log_scale;
if ~isempty(parameter.discrete)
    axis.values = parameter.discrete.values;
elseif axis.log
    axis.values = exp(linspace(log(range.lower_bound), log(range.upper_bound), points));
    axis.values([1 end]) = [range.lower_bound range.upper_bound]; % exp would leave the bounds by a rounding error
else
    axis.values = linspace(range.lower_bound, range.upper_bound, points);
end
if ~isempty(parameter.integer)
    axis.values = unique(round(axis.values));
end
end

function value = middle(parameter)
range = aepsych.plot.numeric(parameter);
if ~isempty(parameter.fixed)
    value = parameter.fixed.value;
elseif ~isempty(parameter.categorical)
    value = parameter.categorical.choices{1};
elseif ~isempty(parameter.binary)
    value = false;
elseif ~isempty(parameter.discrete)
    value = parameter.discrete.values(ceil(end / 2));
elseif range.log_scale
    value = sqrt(range.lower_bound * range.upper_bound);
else
    value = (range.lower_bound + range.upper_bound) / 2;
end
if ~isempty(parameter.integer)
    value = round(value);
end
end
