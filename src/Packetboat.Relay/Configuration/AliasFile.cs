namespace Packetboat.Relay.Configuration;

/// <summary><c>alias.cfg</c>, followed as it changes.</summary>
public sealed class AliasFile(string path, TimeSpan checkEvery, TimeProvider time)
{
    private readonly ReloadedFile<AliasList> _file = new(path, AliasList.Parse, checkEvery, time);

    /// <inheritdoc cref="ReloadedFile{T}.Fault"/>
    public string Fault => _file.Fault;

    /// <inheritdoc cref="AliasList.Resolve"/>
    public string? Resolve(string name) => _file.Current.Resolve(name);
}
