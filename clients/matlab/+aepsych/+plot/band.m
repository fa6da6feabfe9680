function band(shown, x, estimates, middle)
%BAND Draws a curve within its credible band.
vermilion = [213 94 0] / 255; % told from blue by colour-blind people, too
patch([x, fliplr(x)], [estimates.lower, fliplr(estimates.upper)], vermilion, 'Parent', shown, 'FaceAlpha', 0.2, ...
    'EdgeColor', 'none');
plot(shown, x, middle, 'Color', vermilion, 'LineWidth', 2);
% Trials stay in sight, also where a band can't be seen through.
children = get(shown, 'Children');
lines = strcmp(get(children, 'Type'), 'line');
set(shown, 'Children', [children(lines); children(~lines)]);
end
