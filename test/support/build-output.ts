/** A build's output without what differs from run to run: times, sizes, moving versions. */
export function normalise(output: string): string {
  return output
    .replaceAll(/\b\d+\.\d+\.\d+(?:\.post\d+)?\b/g, '<version>')
    .replaceAll(/\bin \d+(?:\.\d+)?m?s\b/g, 'in <time>')
    .replaceAll(/Done: [\d.]+[KMG]/g, 'Done: <size>')
    .replaceAll(/[ \t]+$/gm, '');
}

/** The text of a template literal, without the indentation of the code around it. */
export function text(strings: TemplateStringsArray, ...values: readonly string[]): string {
  const whole = String.raw({ raw: strings }, ...values).replace(/^\n/, '');
  const indent = /^ *(?=\S)/.exec(whole)?.[0] ?? '';
  return whole.replaceAll(new RegExp(`^${indent}`, 'gm'), '').replace(/ +$/, '');
}
