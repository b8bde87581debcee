using Packetboat.Relay.Queue;
using Packetboat.Relay.Spool;

namespace Packetboat.Testing;

/// <summary>The spool in memory: what was accepted stands in <see cref="Accepted"/>, and the disk can be made to refuse.</summary>
public sealed class MemorySpool : ISpool
{
    private readonly List<AcceptedMessage> _accepted = [];

    public IReadOnlyList<AcceptedMessage> Accepted => _accepted;

    /// <summary>Messages begun, and neither accepted nor given up yet.</summary>
    public int Open { get; private set; }

    /// <summary>Else only the envelopes are kept: for tests of how much memory the rest takes.</summary>
    public bool KeepsContent { get; set; } = true;

    /// <summary>Thrown where a chunk is written.</summary>
    public Exception? FaultOfChunks { get; set; }

    /// <summary>Thrown where a message is accepted.</summary>
    public Exception? FaultOfCommits { get; set; }

    /// <summary>Called for each chunk that is written.</summary>
    public Action OnChunk { get; set; } = () => { };

    /// <summary>Why no mail is taken; null: it is.</summary>
    public string? Refusal { get; set; }

    /// <summary>Waited for before each message is accepted.</summary>
    public Func<Task> BeforeCommit { get; set; } = () => Task.CompletedTask;

    public ISpooledMessage Begin()
    {
        Open++;
        return new Message(this);
    }

    private sealed class Message(MemorySpool spool) : ISpooledMessage
    {
        private readonly MemoryStream _content = new();
        private bool _disposed;

        public string Id { get; } = MessageId.New();

        public long Size => _content.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (spool.KeepsContent)
                _content.Write(bytes);
        }

        public ValueTask FlushAsync(CancellationToken stopping)
        {
            spool.OnChunk();
            return spool.FaultOfChunks is null ? ValueTask.CompletedTask : ValueTask.FromException(spool.FaultOfChunks);
        }

        public async Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping)
        {
            await spool.BeforeCommit();
            if (spool.FaultOfCommits is not null)
                throw spool.FaultOfCommits;
            spool._accepted.Add(new AcceptedMessage(Id, envelope, _content.ToArray()));
        }

        public ValueTask DisposeAsync()
        {
            if (!_disposed)
                spool.Open--;
            _disposed = true;
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A message that the spool took.</summary>
public sealed record AcceptedMessage(string Id, SpoolEnvelope Envelope, byte[] Content);
