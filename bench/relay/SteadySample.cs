using System.Globalization;

namespace Packetboat.Bench.Relay;

/// <summary>One line of the table. Seconds since the begin, messages a second, milliseconds, MiB.</summary>
internal sealed record SteadySample(
    double Second,
    double Accepted,
    double Delivered,
    double P50,
    double P99,
    double Max,
    double Memory,
    double Cores,
    int Files,
    double Database,
    double Log
)
{
    public const string Header =
        "second,accepted_per_s,delivered_per_s,p50_ms,p99_ms,max_ms,pss_mib,cores,open_files,database_mib,log_mib";

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Second:0.0},{Accepted:0},{Delivered:0},{P50:0.00},{P99:0.00},{Max:0.0},{Memory:0.0},{Cores:0.00},{Files},{Database:0.0},{Log:0.0}"
        );
}
