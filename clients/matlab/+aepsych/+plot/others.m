function names = others(experiment)
%OTHERS Returns the names of the parameters whose values are numbers, but for the intensity parameter.
config = experiment.config;
numeric = arrayfun(@(one) ~isempty(aepsych.plot.numeric(one)), config.parameters);
names = aepsych.study.names(config.parameters(numeric));
names = names(~strcmp(names, config.intensity_parameter));
end
