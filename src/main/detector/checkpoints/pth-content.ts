// The two layouts of torch.save: a zip with one entry a storage (1.6 and later), and pickles followed by the storages (before).
import { type ByteSource, sourceOf } from './byte-source.ts';
import { dtypeFacts, dtypeOfStorage } from './dtype.ts';
import { Malformed } from './malformed.ts';
import { PickleCursor } from './pickle-cursor.ts';
import { PickleGlobal, PickleStorage, type PickleValue } from './pickle-values.ts';
import { unpickle } from './unpickle.ts';
import { ZipArchive } from './zip-archive.ts';

export interface PthContent {
  readonly format: 'pth-zip' | 'pth-legacy';
  readonly root: PickleValue;
  /** The bytes of a whole storage, read from the file at each call. */
  storageBytes(storage: PickleStorage): Uint8Array<ArrayBuffer>;
}

// What torch.save of old writes first: the integer 0x1950a86a20f9469cfc6c.
const legacyMagic = 0x1950a86a20f9469cfc6cn;

/** Whether the bytes begin as a zip file does. */
export function looksZipped(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04;
}

/** Reads the pickle of either layout; throws Malformed. */
export function openPth(source: ByteSource): PthContent {
  if (source.size === 0) throw new Malformed('it is empty');
  return looksZipped(source.read(0, Math.min(4, source.size))) ? openZip(source) : openLegacy(source);
}

function openZip(source: ByteSource): PthContent {
  const archive = new ZipArchive(source);
  const pickle = archive.names().find((name) => name.endsWith('/data.pkl') && name.split('/').length === 2);
  if (pickle === undefined)
    throw new Malformed('it is a zip file without a data.pkl, so not made by torch.save');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (archive.has(`${folder}constants.pkl`))
    throw new Malformed('it is a TorchScript program, not a checkpoint');
  requireLittleEndian(archive, folder);
  const root = unpickle(new PickleCursor(sourceOf(archive.read(pickle))), loadStorage);
  return { format: 'pth-zip', root, storageBytes: ({ key }) => archive.read(`${folder}data/${key}`) };
}

function requireLittleEndian(archive: ZipArchive, folder: string): void {
  const name = `${folder}byteorder`;
  if (!archive.has(name)) return;
  if (new TextDecoder().decode(archive.read(name)).trim() !== 'little') throw bigEndian();
}

function openLegacy(source: ByteSource): PthContent {
  const cursor = new PickleCursor(source);
  requireMagic(cursor);
  unpickle(cursor);
  const system = unpickle(cursor);
  if (system instanceof Map && system.get('little_endian') === false) throw bigEndian();
  const storages = new Map<string, PickleStorage>();
  const root = unpickle(cursor, (id) => {
    const storage = loadStorage(id);
    if (!storages.has(storage.key)) storages.set(storage.key, storage);
    return storage;
  });
  const keys = unpickle(cursor);
  const places = locateStorages(source, cursor.position, Array.isArray(keys) ? keys : [], storages);
  return { format: 'pth-legacy', root, storageBytes: (storage) => readStorage(source, places, storage) };
}

function requireMagic(cursor: PickleCursor): void {
  let magic: PickleValue = null;
  try {
    magic = unpickle(cursor);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  if (magic !== legacyMagic) throw new Malformed('it does not begin as torch.save begins a file');
}

type Places = ReadonlyMap<string, { readonly start: number; readonly length: number }>;

/** After the pickles come, for each key in order, a 64-bit element count and the elements. */
function locateStorages(
  source: ByteSource,
  start: number,
  keys: readonly PickleValue[],
  storages: ReadonlyMap<string, PickleStorage>,
): Places {
  const places = new Map<string, { start: number; length: number }>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined) throw new Malformed('it lists a storage that nothing uses');
    const count = Number(new DataView(source.read(at, 8).buffer).getBigInt64(0, true));
    const length = count * itemBytes(storage);
    if (!(length >= 0 && length <= source.size - at - 8)) throw new Malformed('it is cut short');
    places.set(storage.key, { start: at + 8, length });
    at += 8 + length;
  }
  return places;
}

function readStorage(source: ByteSource, places: Places, { key }: PickleStorage): Uint8Array<ArrayBuffer> {
  const place = places.get(key);
  if (place === undefined) throw new Malformed('it lacks the numbers of a tensor');
  return source.read(place.start, place.length);
}

function itemBytes({ dtype }: PickleStorage): number {
  if (dtype === 'untyped') return 1;
  // Without the size of one storage's elements the places of all that follow are unknown.
  if (dtype === undefined) throw new Malformed('it holds numbers of a type that is not supported');
  return dtypeFacts[dtype].bytes;
}

/** ('storage', class, key, device, element count[, view of another storage: (key, offset, count)]) */
function loadStorage(id: PickleValue): PickleStorage {
  const [tag, type, key, , count, view] = Array.isArray(id) ? id : [];
  const valid = tag === 'storage' && type instanceof PickleGlobal && typeof key === 'string';
  if (!valid || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw new Malformed('a storage in it is described wrongly');
  }
  const viewOffset = Array.isArray(view) && typeof view[1] === 'number' ? view[1] : 0;
  return new PickleStorage(key, storageDtype(type), count, viewOffset);
}

function storageDtype({ path }: PickleGlobal) {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return name === 'UntypedStorage' || name === '_UntypedStorage' ? 'untyped' : dtypeOfStorage(name);
}

const bigEndian = () => new Malformed('its numbers are big-endian, which is not supported');
