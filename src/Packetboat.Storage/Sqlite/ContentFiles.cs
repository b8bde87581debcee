using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;
using Packetboat.Relay.Threads;

namespace Packetboat.Storage.Sqlite;

/// <summary>
/// Content of messages of more than one chunk, a file each: through the database it would be written twice, and every commit of others
/// would wait for it. The promise is the same: the file is on the disk, and its name in the directory too, before the message's row is.
/// </summary>
internal sealed class ContentFiles : IAsyncDisposable
{
    /// <summary>Files that reach the disk at the same time: their waits overlap, and the file system joins them.</summary>
    private const int Syncing = 4;

    private readonly string _directory;
    private readonly ConcurrentDictionary<long, SafeFileHandle> _arriving = new();
    private readonly Inbox<SyncOrder> _orders = new(256);
    private readonly Thread[] _threads;
    private readonly List<long> _keeping = [];
    private int _keepers;

    public ContentFiles(string directory)
    {
        _directory = directory;
        DurableNames.MakeDirectory(directory, SqliteStore.MakePrivate);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _threads =
        [
            .. Enumerable.Range(0, Syncing).Select(_ => new Thread(Sync) { IsBackground = true, Name = "store content" }),
        ];
        foreach (Thread thread in _threads)
            thread.Start();
    }

    /// <summary>The numbers of the messages that files are there of.</summary>
    public IEnumerable<long> Numbers() =>
        Directory
            .EnumerateFiles(_directory)
            .Select(file =>
                long.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                    ? number
                    : -1
            )
            .Where(number => number >= 0);

    /// <summary>Writes one chunk. It is not durable before <see cref="FinishAsync"/>.</summary>
    /// <exception cref="StoreUnavailableException">The disk is full or failing.</exception>
    public void Write(long message, int chunk, ReadOnlySpan<byte> bytes)
    {
        try
        {
            SafeFileHandle file = _arriving.GetOrAdd(message, Create);
            RandomAccess.Write(file, bytes, (long)chunk * IQueueStore.ChunkSize);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(failure);
        }
    }

    private SafeFileHandle Create(long message)
    {
        SafeFileHandle file = File.OpenHandle(FileOf(message), FileMode.Create, FileAccess.Write, FileShare.Read);
        FileOwner.Inherit(FileOf(message));
        return file;
    }

    /// <summary>Completes once all that was written of the message is on the disk. Its name is once <see cref="SyncNames"/> was called.</summary>
    /// <exception cref="StoreUnavailableException">The disk is full or failing.</exception>
    public async Task FinishAsync(long message)
    {
        if (!_arriving.TryRemove(message, out SafeFileHandle? file))
            throw new InvalidOperationException("Nothing was written of this message");
        using (file)
        {
            var order = new SyncOrder(file);
            await _orders.PutAsync(order, CancellationToken.None);
            try
            {
                await order.Completion.Task;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw Unavailable(failure);
            }
        }
    }

    /// <summary>The names of new files reach the disk. Called by the writer before the commit that refers to them.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void SyncNames() => DurableNames.Sync(_directory);

    public bool Exists(long message) => File.Exists(FileOf(message));

    /// <exception cref="InvalidDataException">There is no such chunk.</exception>
    public byte[] Read(long message, int chunk)
    {
        using SafeFileHandle file = File.OpenHandle(FileOf(message));
        long offset = (long)chunk * IQueueStore.ChunkSize;
        byte[] bytes = new byte[Math.Clamp(RandomAccess.GetLength(file) - offset, 0, IQueueStore.ChunkSize)];
        int read = 0;
        while (read < bytes.Length)
        {
            int more = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            if (more == 0)
                break;
            read += more;
        }

        return read > 0 && read == bytes.Length
            ? bytes
            : throw new InvalidDataException($"chunk {chunk} of message number {message} is not in {_directory}");
    }

    /// <summary>Forgets a message's content, whether it was accepted or not.</summary>
    public void Delete(long message)
    {
        if (_arriving.TryRemove(message, out SafeFileHandle? file))
            file.Dispose();
        lock (_keeping)
        {
            if (_keepers > 0)
            {
                _keeping.Add(message);
                return;
            }
        }

        Remove(message);
    }

    /// <summary>Deletes nothing until the answer is disposed of: whoever looks at the rows of a moment finds the content of that moment.</summary>
    public IDisposable Keep()
    {
        lock (_keeping)
            _keepers++;
        return new Keeper(this);
    }

    /// <summary>Opens a message's content to be read from its begin to its end; null where it has none in a file.</summary>
    public FileStream? TryOpen(long message)
    {
        try
        {
            return File.OpenRead(FileOf(message));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private void Remove(long message)
    {
        try
        {
            File.Delete(FileOf(message));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What cannot be deleted now is swept at the next start.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _orders.Close();
        foreach (Thread thread in _threads)
            await Task.Run(thread.Join);
        foreach (SafeFileHandle file in _arriving.Values)
            file.Dispose();
    }

    private void EndKeep()
    {
        long[] left = [];
        lock (_keeping)
        {
            _keepers--;
            if (_keepers == 0)
            {
                left = [.. _keeping];
                _keeping.Clear();
            }
        }

        foreach (long message in left)
            Remove(message);
    }

    private void Sync()
    {
        while (_orders.Wait(Timeout.InfiniteTimeSpan) || !_orders.IsClosed)
        {
            while (_orders.TryTake(out SyncOrder? order))
                order.Run();
        }
    }

    private string FileOf(long message) => Path.Combine(_directory, message.ToString(CultureInfo.InvariantCulture));

    private static StoreUnavailableException Unavailable(Exception failure) =>
        new(failure.HResult == DiskFull ? "the disk is full" : "the disk cannot be written", failure);

    private const int DiskFull = 28; // ENOSPC

    private sealed class Keeper(ContentFiles content) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                content.EndKeep();
        }
    }

    private sealed class SyncOrder(SafeFileHandle file)
    {
        public TaskCompletionSource Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run()
        {
            try
            {
                RandomAccess.FlushToDisk(file);
                Completion.SetResult();
            }
            catch (Exception failure)
            {
                Completion.SetException(failure);
            }
        }
    }
}
