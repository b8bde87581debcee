using System.Net;

namespace Packetboat.Relay.Configuration;

/// <summary>A filter list that follows its file.</summary>
public sealed class FilterFile(string path, TimeSpan checkEvery, TimeProvider time)
{
    private readonly ReloadedFile<FilterList> _file = new(path, FilterList.Parse, checkEvery, time);

    /// <inheritdoc cref="ReloadedFile{T}.Fault"/>
    public string Fault => _file.Fault;

    /// <inheritdoc cref="FilterList.Matches(string, DateTimeOffset)"/>
    public bool Matches(string subject) => _file.Current.Matches(subject, time.GetUtcNow());

    /// <inheritdoc cref="FilterList.Matches(IPAddress, string, DateTimeOffset)"/>
    public bool Matches(IPAddress address, string? hostName) => _file.Current.Matches(address, hostName, time.GetUtcNow());

    /// <inheritdoc cref="FilterList.Names"/>
    public bool Names(IPAddress address, string? hostName) => _file.Current.Names(address, hostName, time.GetUtcNow());
}
