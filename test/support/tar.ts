/** An entry of a tar as nobody's `tar` would write it. */
export interface TarEntry {
  readonly name: string;
  /** 0 file, 1 hard link, 2 symbolic link, 3 character device, 5 folder, 6 pipe (ustar's letters). */
  readonly type: '0' | '1' | '2' | '3' | '5' | '6';
  readonly mode?: number;
  readonly link?: string;
  readonly content?: string;
}

const BLOCK = 512;

export function makeTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [header(entry), padded(entry.content ?? '')]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header({ name, type, mode = 0o755, link = '', content = '' }: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  block.write(name, 0, 100);
  block.write(octal(mode, 7), 100);
  block.write(octal(25_000, 7), 108);
  block.write(octal(25_000, 7), 116);
  block.write(octal(Buffer.byteLength(content), 11), 124);
  block.write(octal(0, 11), 136);
  block.fill(' ', 148, 156);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write('ustar\u000000', 257);
  block.write(octal(1, 7), 329);
  block.write(octal(3, 7), 337);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function padded(content: string): Buffer {
  const size = Math.ceil(Buffer.byteLength(content) / BLOCK) * BLOCK;
  const block = Buffer.alloc(size);
  block.write(content);
  return block;
}
