function answer = threshold(experiment, given)
%THRESHOLD Asks where the response crosses the target; see aepsych.Experiment's threshold.
[own, options] = aepsych.query.own(struct('contexts', {{}}, 'parameter', '', 'target', [], 'grid_size', []), given);
own.contexts = aepsych.trial.stimuli(own.contexts);
question.threshold_contour = own;
response = aepsych.query.send(experiment, 'threshold', question, options);
told = response.threshold_contour;
answer = aepsych.query.estimates([told.points.threshold]);
answer.median = [told.points.median];
answer.crossing_probability = [told.points.crossing_probability];
answer.parameter = told.parameter;
answer.target = told.target;
names = aepsych.study.names(experiment.config.parameters);
answer.contexts = cell(1, numel(told.points));
for i = 1:numel(told.points)
    context = told.points(i).context;
    answer.contexts{i} = struct();
    if ~isempty(context)
        answer.contexts{i} = aepsych.trial.ordered(context.values, names);
    end
end
end
