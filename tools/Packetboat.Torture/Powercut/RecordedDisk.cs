namespace Packetboat.Torture.Powercut;

/// <summary>
/// The disk below one directory, as it may be found after a power cut at the present moment. POSIX promises no more than this: what was
/// written to a file is there after an fsync of the file, and what was done to a name after an fsync of its directory; of everything else
/// any part may be there, in any order.
/// </summary>
internal sealed class RecordedDisk
{
    private readonly Dictionary<string, Name> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, RecordedFile> _files = [];
    private readonly Dictionary<ulong, string> _directories = [];
    private readonly Dictionary<(ulong File, long Number), long> _syncs = [];
    private readonly bool _ignoresSyncs;
    private readonly List<(long Order, Name From, Name To)> _renames = [];
    private long _order;

    /// <param name="ignoresSyncs">Syncs of write-ahead logs are said to have happened and have not: a disk that lies.</param>
    public RecordedDisk(bool ignoresSyncs) => _ignoresSyncs = ignoresSyncs;

    /// <exception cref="InvalidDataException">It is something that is not modelled here, or makes no sense.</exception>
    public void Apply(RecordedEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.Create:
                _files[happened.File] = new RecordedFile();
                NameOf(happened.Text).Set(++_order, _files[happened.File], isDirectory: false);
                break;
            case EventKind.Opened when happened.Place != 0:
                _directories[happened.File] = happened.Text;
                break;
            case EventKind.Opened:
                _ = FileOf(happened);
                break;
            case EventKind.Write:
                FileOf(happened).Write(++_order, happened.Place, happened.Bytes);
                break;
            case EventKind.Truncate:
                FileOf(happened).Truncate(++_order, happened.Place);
                break;
            case EventKind.MakeDirectory:
                NameOf(happened.Text).Set(++_order, null, isDirectory: true);
                break;
            case EventKind.Unlink:
                NameOf(happened.Text).Set(++_order, null, isDirectory: false);
                break;
            case EventKind.SyncBegin:
                _syncs[(happened.File, happened.Place)] = _order;
                break;
            case EventKind.SyncEnd when _syncs.Remove((happened.File, happened.Place), out long order):
                Sync(happened.File, order);
                break;
            case EventKind.Rename:
                Rename(happened.Text.Split('\n'));
                break;
        }
    }

    /// <summary>Either both names have changed or none has; of what else was done to them that is all that is known.</summary>
    private void Rename(string[] names)
    {
        (Name from, Name to) = (NameOf(names[0]), NameOf(names[1]));
        RecordedFile file =
            from.File ?? throw new InvalidDataException($"what is no file, or was never made, was renamed: {names[0]}");
        _order++;
        from.Set(_order, null, isDirectory: false);
        to.Set(_order, file, isDirectory: false);
        _renames.Add((_order, from, to));
    }

    /// <summary>Writes the disk down in an empty folder.</summary>
    public void Write(string folder, Survival survival, Random dice)
    {
        long first = _files
            .Values.Select(file => file.FirstUnsynced)
            .Concat(_names.Values.Select(name => name.FirstUnsynced))
            .Min();
        long cut = first > _order ? _order : dice.NextInt64(first - 1, _order + 1);
        var kept = _names.Values.ToDictionary(name => name, name => name.ChangesKept(survival, cut, dice));
        foreach ((long order, Name from, Name to) in _renames)
        {
            if (from.Reaches(order, kept[from]) != to.Reaches(order, kept[to]))
                (kept[from], kept[to]) = (from.ChangesUntil(order), to.ChangesUntil(order));
        }

        foreach ((string path, Name name) in _names.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Entry entry = name.After(kept[name]);
            string whole = Path.Combine(folder, path);
            // The name of a directory may be missing, and with it all that it holds.
            if (!Directory.Exists(Path.GetDirectoryName(whole)))
                continue;
            if (entry.IsDirectory)
                Directory.CreateDirectory(whole);
            else if (entry.File is { } file)
                File.WriteAllBytes(whole, file.After(survival, cut, dice));
        }
    }

    private void Sync(ulong file, long order)
    {
        if (_directories.TryGetValue(file, out string? directory))
        {
            foreach ((string path, Name name) in _names)
            {
                if (Path.GetDirectoryName(path) == directory)
                    name.Sync(order);
            }

            return;
        }

        if (!(_ignoresSyncs && IsLog(_files[file])))
            _files[file].Sync(order);
    }

    private bool IsLog(RecordedFile file) =>
        _names.Any(pair => pair.Value.File == file && pair.Key.EndsWith("-wal", StringComparison.Ordinal));

    private Name NameOf(string path)
    {
        if (!_names.TryGetValue(path, out Name? name))
            _names[path] = name = new Name();
        return name;
    }

    private RecordedFile FileOf(RecordedEvent happened) =>
        _files.TryGetValue(happened.File, out RecordedFile? file)
            ? file
            : throw new InvalidDataException($"{happened.Kind} of a file that was never made: {happened.Text}");

    /// <param name="File">What the name leads to; null: nothing, or a directory.</param>
    /// <param name="IsDirectory">It leads to a directory.</param>
    private readonly record struct Entry(RecordedFile? File, bool IsDirectory);

    /// <summary>A path, and what it has led to since its directory was synced.</summary>
    private sealed class Name
    {
        private readonly List<(long Order, Entry Entry)> _unsynced = [];
        private Entry _synced;

        public long FirstUnsynced => _unsynced is [var first, ..] ? first.Order : long.MaxValue;

        public void Set(long order, RecordedFile? file, bool isDirectory) => _unsynced.Add((order, new Entry(file, isDirectory)));

        public void Sync(long order)
        {
            int count = _unsynced.TakeWhile(change => change.Order <= order).Count();
            _synced = After(count);
            _unsynced.RemoveRange(0, count);
        }

        /// <summary>What it leads to now; null: nothing, or a directory.</summary>
        public RecordedFile? File => After(_unsynced.Count).File;

        /// <summary>Of the changes since the sync, how many a power cut leaves.</summary>
        public int ChangesKept(Survival survival, long cut, Random dice) =>
            survival switch
            {
                Survival.Nothing => 0,
                Survival.Everything => _unsynced.Count,
                Survival.InOrder => ChangesUntil(cut),
                _ => dice.Next(_unsynced.Count + 1),
            };

        public int ChangesUntil(long order) => _unsynced.Count(change => change.Order <= order);

        /// <summary>Whether a change is among those kept, or on the disk for long.</summary>
        public bool Reaches(long order, int kept) => ChangesUntil(order) <= kept;

        public Entry After(int changes) => changes == 0 ? _synced : _unsynced[changes - 1].Entry;
    }
}
