using Packetboat.Fuzz.Targets;

namespace Packetboat.Fuzz;

/// <summary>All of them.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new CommandTarget(),
        new ParameterTarget(),
        new AddressTarget(),
        new DsnTarget(),
        new MessageTarget(),
        new StuffingTarget(),
        new ChunkTarget(),
        new HeaderTarget(),
        new TraceTarget(),
        new ReportTarget(),
        new FeedbackTarget(),
        new SrsTarget(),
        new ReplyTarget(),
        new SaslServerTarget(),
        new SaslClientTarget(),
        new IniTarget(),
        new SettingsTarget(),
        new ListTarget(),
        new UserTabTarget(),
        new DiagnosisTarget(),
        new NameTarget(),
        new SubmissionTarget(),
        new RecipientsTarget(),
        new DnsTarget(),
        new SpfTarget(),
        new DkimTarget(),
        new DkimKeyTarget(),
        new DmarcTarget(),
        new MtaStsTarget(),
        new TokenTarget(),
        new MqttTarget(),
        new SessionTarget(),
        new ClientTarget(),
    ];

    public static IFuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);

    public static IFuzzTarget Get(string name) =>
        Find(name) ?? throw new ArgumentException($"no target is called {name}; see: list", nameof(name));
}
