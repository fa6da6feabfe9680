function answer = point(experiment, call, question, given)
%POINT Asks for a stimulus and the response there.
response = aepsych.query.send(experiment, call, question, given);
answer = aepsych.query.estimates(response.point.response);
answer.stimulus = aepsych.trial.ordered(response.point.stimulus.values, aepsych.study.names(experiment.config.parameters));
end
