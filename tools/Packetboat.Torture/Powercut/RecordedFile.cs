namespace Packetboat.Torture.Powercut;

/// <summary>A file as it is on the disk for certain, and what was done to it since.</summary>
internal sealed class RecordedFile
{
    private const int Block = 4096;
    private const int Sector = 512;

    private readonly List<Change> _unsynced = [];
    private byte[] _synced = [];

    public long FirstUnsynced => _unsynced is [var first, ..] ? first.Order : long.MaxValue;

    public void Write(long order, long place, byte[] bytes) => _unsynced.Add(new Change(order, place, bytes));

    public void Truncate(long order, long length) => _unsynced.Add(new Change(order, length, null));

    /// <summary>What was done until <paramref name="order"/> is on the disk.</summary>
    public void Sync(long order)
    {
        int count = _unsynced.TakeWhile(change => change.Order <= order).Count();
        _synced = Play(_unsynced.Take(count));
        _unsynced.RemoveRange(0, count);
    }

    /// <param name="survival">How.</param>
    /// <param name="cut">Of <see cref="Survival.InOrder"/>, the last change that is whole.</param>
    /// <param name="dice">Which.</param>
    /// <returns>The content after the power has come back.</returns>
    public byte[] After(Survival survival, long cut, Random dice) =>
        survival switch
        {
            _ when _unsynced.Count == 0 => _synced,
            Survival.Nothing => _synced,
            Survival.Everything => Play(_unsynced),
            Survival.WholeWrites => Play(_unsynced.Where(_ => dice.Next(2) == 0)),
            Survival.InOrder => Play(Torn(cut, dice)),
            Survival.Blocks => Mixed(Block, dice),
            _ => Mixed(Sector, dice),
        };

    private byte[] Play(IEnumerable<Change> changes)
    {
        var content = new Growing(_synced);
        foreach (Change change in changes)
            content.Apply(change, change.Bytes);
        return content.ToArray();
    }

    private IEnumerable<Change> Torn(long cut, Random dice)
    {
        foreach (Change change in _unsynced)
        {
            if (change.Order <= cut)
                yield return change;
            else if (change.Order == cut + 1 && change.Bytes is { } bytes)
                yield return change with
                {
                    Bytes = bytes[..Math.Min(bytes.Length, dice.Next(bytes.Length / Sector + 1) * Sector)],
                };
        }
    }

    /// <summary>Each block has had a content after each write that touched it: one of these, or that which was synced.</summary>
    private byte[] Mixed(int size, Random dice)
    {
        var kept = new Dictionary<long, int>();
        foreach (long block in _unsynced.SelectMany(change => change.Blocks(size)))
            kept[block] = kept.GetValueOrDefault(block) + 1;
        foreach (long block in kept.Keys)
            kept[block] = dice.Next(kept[block] + 1);

        var content = new Growing(_synced);
        var lengths = new List<long> { _synced.Length };
        foreach (Change change in _unsynced)
        {
            if (change.Bytes is null && dice.Next(2) == 0)
                continue;
            if (change.Bytes is null)
                content.Apply(change, null);
            foreach (long block in change.Blocks(size).Where(block => kept[block]-- > 0))
                content.Apply(change.Within(block * size, size));
            lengths.Add(change.Bytes is null ? change.Place : Math.Max(lengths[^1], change.Place + change.Bytes.Length));
        }

        content.Resize(lengths[dice.Next(lengths.Count)]);
        return content.ToArray();
    }

    /// <param name="Order">When, among all changes of all files and names.</param>
    /// <param name="Place">Where, or the new length.</param>
    /// <param name="Bytes">What; null: the length was changed.</param>
    private sealed record Change(long Order, long Place, byte[]? Bytes)
    {
        public IEnumerable<long> Blocks(int size)
        {
            for (long at = Place / size; Bytes is not null && at * size < Place + Bytes.Length; at++)
                yield return at;
        }

        /// <summary>The part that lies in one block.</summary>
        public Change Within(long start, int size)
        {
            long from = Math.Max(start, Place);
            long to = Math.Min(start + size, Place + Bytes!.Length);
            return new Change(Order, from, Bytes[(int)(from - Place)..(int)(to - Place)]);
        }
    }

    /// <summary>Content that is written to, with nothing where nothing was written.</summary>
    private sealed class Growing
    {
        private byte[] _bytes;
        private int _length;

        public Growing(byte[] bytes) => (_bytes, _length) = ([.. bytes], bytes.Length);

        public void Apply(Change change) => Apply(change, change.Bytes);

        public void Apply(Change change, byte[]? bytes)
        {
            if (bytes is null)
            {
                Resize(change.Place);
                return;
            }

            if (change.Place + bytes.Length > _length)
                Resize(change.Place + bytes.Length);
            bytes.CopyTo(_bytes, change.Place);
        }

        public void Resize(long length)
        {
            if (length > _bytes.Length)
                Array.Resize(ref _bytes, (int)Math.Max(length, 2L * _bytes.Length));
            if (length > _length)
                _bytes.AsSpan(_length, (int)length - _length).Clear();
            _length = (int)length;
        }

        public byte[] ToArray() => _bytes[.._length];
    }
}
