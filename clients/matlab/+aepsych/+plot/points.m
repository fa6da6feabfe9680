function [x, y] = points(experiment, view, outcome)
%POINTS Returns where the told trials of one stimulus lie along the axes of a view, a row each, and their responses.
x = zeros(numel(view.axes), 0);
y = zeros(1, 0);
trials = experiment.trials();
for i = 1:numel(trials)
    trial = trials(i);
    if isempty(trial.outcomes) || isempty(trial.stimulus)
        continue
    end
    [names, values] = aepsych.json.entries(trial.outcomes);
    response = values(strcmp(names, outcome));
    if ~isempty(response)
        [names, values] = aepsych.json.entries(trial.stimulus);
        [~, at] = ismember({view.axes.name}, names);
        x(:, end + 1) = [values{at}]'; %#ok<AGROW>
        y(end + 1) = double(response{1}); %#ok<AGROW>
    end
end
end
