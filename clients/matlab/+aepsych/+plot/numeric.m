function range = numeric(parameter)
%NUMERIC Returns bounds and scale of a parameter whose values are numbers, [] of another.
range = [];
if ~isempty(parameter.continuous)
    range = parameter.continuous;
elseif ~isempty(parameter.integer)
    range = parameter.integer;
elseif ~isempty(parameter.discrete)
    range = struct('lower_bound', parameter.discrete.values(1), 'upper_bound', parameter.discrete.values(end), ...
        'log_scale', parameter.discrete.log_scale);
end
end
