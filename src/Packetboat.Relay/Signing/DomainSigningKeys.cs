using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Signing;

/// <summary>
/// The used keys of the data folder, for mail whose From is in their domain: of the domains above it the nearest that has keys signs. The
/// folder is looked at again every few seconds, so that a new key counts without a restart.
/// </summary>
public sealed class DomainSigningKeys(DkimKeyFolder folder, MailLog log, TimeProvider time) : ISigningKeys
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ILookup<string, DkimSigningKey> _keys = Array
        .Empty<DkimSigningKey>()
        .ToLookup(key => key.Domain, StringComparer.Ordinal);
    private DateTime _seen;
    private long? _checkedAt;

    public bool AreAny => Current().Count > 0;

    public IReadOnlyList<DkimSigningKey> For(HeaderBlock header)
    {
        ILookup<string, DkimSigningKey> keys = Current();
        if (keys.Count == 0 || !AuthorList.TryReadDomains(header, out IReadOnlyList<string>? authors, out _))
            return [];
        // Each author's domain: receivers ask for the worst off. RFC 7489 §6.6.1.
        return [.. authors.SelectMany(author => Nearest(keys, author)).Distinct()];
    }

    private static IEnumerable<DkimSigningKey> Nearest(ILookup<string, DkimSigningKey> keys, string domain)
    {
        for (
            string name = domain;
            name.Contains('.', StringComparison.Ordinal);
            name = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]
        )
            if (keys.Contains(name))
                return keys[name];
        return [];
    }

    private ILookup<string, DkimSigningKey> Current()
    {
        lock (_lock)
        {
            if (_checkedAt is { } last && time.GetElapsedTime(last) < CheckEvery)
                return _keys;
            _checkedAt = time.GetTimestamp();
            DateTime changed = folder.Changed;
            if (changed == _seen)
                return _keys;
            _seen = changed;
            return _keys = Load();
        }
    }

    /// <summary>What cannot be read leaves the keys as they were.</summary>
    private ILookup<string, DkimSigningKey> Load()
    {
        try
        {
            IReadOnlyList<StoredDkimKey> stored = folder.Read(out IReadOnlyList<string> faults);
            foreach (string fault in faults)
                log.NoSigningKey(fault);
            return stored
                .Where(key => key.State is DkimKeyState.Used)
                .Select(key => new DkimSigningKey(key.Domain, key.Selector, key.Key))
                .ToLookup(key => key.Domain, StringComparer.Ordinal);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            log.NoSigningKey(failure.Message);
            return _keys;
        }
    }
}
