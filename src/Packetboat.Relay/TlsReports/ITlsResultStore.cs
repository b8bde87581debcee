namespace Packetboat.Relay.TlsReports;

/// <summary>Keeps the results of a day until they are reported. It may lose the last minutes before a crash.</summary>
public interface ITlsResultStore
{
    /// <summary>Rows that are kept of one domain and day; what is more is of servers without number, and is not told apart.</summary>
    const int MaxRows = 200;

    /// <summary>Rows of all; a report too few harms nobody.</summary>
    const int MaxAllRows = 100_000;

    /// <summary>Adds them, with the next transaction that others need.</summary>
    ValueTask AddAsync(IReadOnlyList<TlsCount> counts);

    /// <summary>Domains with results of a day before this one, and the day.</summary>
    IReadOnlyList<(DateOnly Day, string Domain)> ListDue(DateOnly before);

    IReadOnlyList<TlsCount> Results(DateOnly day, string domain);

    Task RemoveAsync(DateOnly day, string domain, CancellationToken stopping);
}
