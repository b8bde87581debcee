using Microsoft.Extensions.Logging;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Operations;
using Packetboat.Serving;

namespace Packetboat.Demo;

/// <summary>One installation of the demonstration, in a folder of its own, with the ini files that an operator would write.</summary>
internal sealed class DemoNode : IAsyncDisposable
{
    private readonly Composition _composition;
    private readonly MailServer _server;

    private DemoNode(string folder, Composition composition, MailServer server) =>
        (Folder, _composition, _server) = (folder, composition, server);

    public string Folder { get; }

    public string Ctrl => Path.Combine(Folder, "ctrl");

    public IOperations Operations => _composition.Operations;

    public Settings Settings => _composition.Settings.Current;

    /// <exception cref="InvalidDataException">The demonstration's own files are not accepted.</exception>
    public static async Task<DemoNode> StartAsync(
        string folder,
        IReadOnlyDictionary<string, string> files,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken ct
    )
    {
        string ctrl = Path.Combine(folder, "ctrl");
        Directory.CreateDirectory(ctrl);
        foreach ((string name, string text) in files)
            await File.WriteAllTextAsync(Path.Combine(ctrl, name), text, ct);

        ConfigurationEnvironment environment = ConfigurationEnvironment.OfThisMachine();
        ConfigurationResult read = ConfigurationReader.Read(ctrl, environment);
        Settings settings = read.Settings ?? throw new InvalidDataException(string.Join(Environment.NewLine, read.Problems));
        var composition = new Composition(settings, environment, loggers, time);
        try
        {
            MailServer server = await composition.BuildServerAsync(ct);
            await server.StartAsync(ct);
            return new DemoNode(folder, composition, server);
        }
        catch
        {
            await composition.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        await _composition.DisposeAsync();
    }
}
