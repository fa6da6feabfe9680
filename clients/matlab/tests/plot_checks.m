function plot_checks(address)
%PLOT_CHECKS What is plotted, against a server.
client = aepsych.Client(address);
log_scale = @(lower, upper) struct('lower_bound', lower, 'upper_bound', upper, 'log_scale', true);
study = struct('name', 'plots', 'intensity_parameter', 'contrast');
study.parameters = struct('name', {'contrast', 'spatial_frequency'}, 'unit', {'', 'cycles/degree'}, ...
    'continuous', {log_scale(0.01, 1), log_scale(0.5, 16)});
study.strategies = struct('model', struct('name', 'gp_classification'), 'stopping', struct('min_asks', 1));
experiment = client.setup(study, 'participant_id', 'p01');
contrasts = [0.01 0.02 0.05 0.1 0.2 0.5 1];
experiment.tellBatch(struct('contrast', num2cell(contrasts), 'spatial_frequency', 4), contrasts > 0.07);

canvas = figure('visible', 'off');
closed = onCleanup(@() close(canvas));
shown = experiment.plotField('axes', axes('Parent', canvas));
check(strcmp(get(shown, 'XScale'), 'log') && isequal(get(shown, 'YLim'), [0.01 1]), 'other axes');
check(strcmp(get(get(shown, 'XLabel'), 'String'), 'spatial frequency (cycles/degree)'), 'another label');
yes = findobj(shown, 'Type', 'line', 'MarkerFaceColor', [0 0 0]);
no = findobj(shown, 'Type', 'line', 'MarkerFaceColor', [1 1 1]);
check(isequal(get(no, 'YData'), contrasts(1:3)) && isequal(get(yes, 'YData'), contrasts(4:end)), 'other trials');

experiment.plotThreshold('axes', shown);
line = findobj(shown, 'Type', 'line', 'LineStyle', '-');
check(numel(get(line, 'XData')) == 160, 'no curve');
middle = interp1(get(line, 'XData'), get(line, 'YData'), 4);
check(middle > 0.02 && middle < 0.3, 'another threshold');

shown = experiment.plotField('parameters', 'contrast', 'fixed_parameters', struct('spatial_frequency', 4), ...
    'axes', axes('Parent', canvas));
curve = get(findobj(shown, 'Type', 'line', 'LineStyle', '-'), 'YData');
check(curve(1) < 0.5 && curve(end) > 0.5, 'another curve');
check(has(get(get(shown, 'Title'), 'String'), 'spatial_frequency = 4'), 'what is held is not said');
refused(@() experiment.plotField('parameters', 'contrst'), 'INVALID_REQUEST');
end
