// The figures, as they stand in the page.

/** @type {{groups: any[], machine: any, packages: Record<string, string>, results: any[]}} */
const data = JSON.parse(document.getElementById('data')?.textContent ?? '');

export const { groups, machine, packages, results } = data;
