import { columns, milliseconds } from './tally.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, MOST] = [600, 140, 60];

function shape(name, attributes, text) {
    const made = document.createElementNS(NAMESPACE, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text !== undefined) made.textContent = text;
    return made;
}

/** Draws latencies in the order of arrival into an `svg`: for each column its median, and behind it the highest. */
export function drawChart(svg, latencies, summary) {
    svg.replaceChildren();
    if (!summary) {
        svg.setAttribute('aria-label', 'No latencies yet.');
        return;
    }
    const top = Math.max(summary.max, 0.001);
    const y = (value) => HEIGHT - Math.max(1, Math.max(0, value) / top * HEIGHT);
    const found = columns(latencies, MOST);
    const step = WIDTH / found.length;
    const gap = Math.min(2, step / 4);
    found.forEach(({ median, max }, index) => {
        for (const [name, value] of [['max', max], ['median', median]]) {
            svg.append(shape('rect', {
                class: name, x: index * step + gap / 2, y: y(value), width: step - gap, height: HEIGHT - y(value),
            }));
        }
    });
    svg.append(shape('line', { class: 'p99', x1: 0, x2: WIDTH, y1: y(summary.p99), y2: y(summary.p99) }));
    svg.setAttribute('aria-label', `Latencies in the order of arrival: half of them at most ${
        milliseconds(summary.p50)}, 99 percent at most ${milliseconds(summary.p99)}, the highest ${
        milliseconds(summary.max)}.`);
}
