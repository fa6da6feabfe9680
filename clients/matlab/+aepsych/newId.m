function id = newId()
%NEWID Makes an id that no other call has, on this machine or another.
%
%   It leaves the random numbers of rand alone: MATLAB begins with the same ones whenever it starts, and an experiment
%   may have seeded them.
persistent count
if isempty(count)
    count = 0;
end
count = count + 1;
[~, unique] = fileparts(tempname());
if exist('OCTAVE_VERSION', 'builtin')
    process = getpid();
else
    process = feature('getpid');
end
id = sprintf('%s-%d-%.0f-%d', unique, process, now() * 86400e6, count);
end
