#!/usr/bin/env bash
# A real Slurm cluster of four nodes on this machine, from Debian's packages, in a folder of its own.
#   tests/slurm/cluster.sh start DIR [--accounting]    leaves DIR/env to be sourced by its users
#   tests/slurm/cluster.sh stop DIR
#   tests/slurm/cluster.sh check [--accounting]        exit 0 where one can be started; else says why not
# Partitions: `low` (preempted by requeue), `cancel` (preempted by cancelling, no grace), `high` (preempts).
# Needs root: slurmd starts jobs, munged and slurmctld run as users of their own packages.
set -euo pipefail
nodes=4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say_why_not() { # ACCOUNTING
  [ "$(id -u)" = 0 ] || { echo "starting slurmd needs root"; return; }
  grep -q ' /sys/fs/cgroup' /proc/self/mounts || { echo "slurmd needs a cgroup file system at /sys/fs/cgroup"; return; }
  local program programs="slurmctld slurmd sbatch squeue munged"
  local packages="slurmctld slurmd slurm-client munge"
  if [ "$1" = yes ]; then
    programs="$programs slurmdbd mariadbd"
    packages="$packages slurmdbd slurm-wlm-mysql-plugin mariadb-server"
  fi
  for program in $programs; do
    command -v "$program" >/dev/null || { echo "$program is not installed (Debian: $packages)"; return; }
  done
}

free_ports() { # COUNT
  python3 - "$1" <<'P'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for each in held:
    each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in held))
P
}

write_configuration() { # DIR ACCOUNTING
  local dir=$1 host ports n
  host=$(hostname -s)
  read -ra ports <<<"$(free_ports $((nodes + 2)))"
  {
    cat <<CONF
ClusterName=enigma
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=5
CryptoType=crypto/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1,sched_min_interval=0
GresTypes=gpu
MpiDefault=none
ReturnToService=2
SlurmdTimeout=15
SlurmctldTimeout=30
KillWait=2
MinJobAge=${ENIGMA_MIN_JOB_AGE_S:-300}
MaxArraySize=${ENIGMA_MAX_ARRAY:-1001}
InactiveLimit=0
Waittime=0
MessageTimeout=10
CONF
    if [ "$2" = yes ]; then
      printf 'AccountingStorageType=accounting_storage/slurmdbd\nAccountingStorageHost=127.0.0.1\n'
      printf 'AccountingStoragePort=%s\nJobAcctGatherType=jobacct_gather/none\n' "${ports[1]}"
      printf 'AccountingStorageEnforce=associations,limits\nAccountingStoragePass=%s/munge/socket\n' "$dir"
    else
      printf 'AccountingStorageType=accounting_storage/none\nJobAcctGatherType=jobacct_gather/none\n'
    fi
    for n in $(seq $nodes); do
      printf 'NodeName=n%d NodeHostname=%s NodeAddr=127.0.0.1 Port=%s CPUs=2 RealMemory=8000 Gres=gpu:8 State=UNKNOWN\n' \
        "$n" "$host" "${ports[$((n + 1))]}"
    done
    cat <<CONF
PartitionName=low Nodes=n[1-$nodes] PriorityTier=1 PreemptMode=REQUEUE GraceTime=5 Default=YES MaxTime=INFINITE State=UP
PartitionName=cancel Nodes=n[1-$nodes] PriorityTier=1 PreemptMode=CANCEL GraceTime=0 MaxTime=INFINITE State=UP
PartitionName=high Nodes=n[1-$nodes] PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE State=UP
CONF
  } >"$dir/slurm.conf"
  # GPUs that do not exist, to be asked for.
  touch "$dir"/gpu{0..7}
  printf 'Name=gpu File=%s/gpu[0-7]\n' "$dir" >"$dir/gres.conf"
  if [ "$2" = yes ]; then write_database_configuration "$dir" "${ports[1]}"; fi
}

write_database_configuration() { # DIR PORT
  cat >"$1/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=socket=$1/munge/socket
DbdHost=localhost
DbdPort=$2
SlurmUser=root
LogFile=$1/slurmdbd.log
PidFile=$1/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageLoc=slurm_acct_db
StorageUser=root
CONF
  chmod 600 "$1/slurmdbd.conf"
}

# until WHAT COMMAND…: asks until it succeeds, for a minute.
until_true() {
  local what=$1 end=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "cluster.sh: $what did not come up" >&2; return 1; }
    sleep 0.2
  done
}

start_munge() { # DIR
  install -d -o munge -g munge -m 0755 "$1/munge"
  dd if=/dev/urandom of="$1/munge/key" bs=1024 count=1 status=none
  chown munge:munge "$1/munge/key"
  chmod 400 "$1/munge/key"
  setpriv --reuid=munge --regid=munge --clear-groups munged --key-file="$1/munge/key" --socket="$1/munge/socket" \
    --pid-file="$1/munge/pid" --log-file="$1/munge/log" --seed-file="$1/munge/seed" --force
  until_true munged test -S "$1/munge/socket"
}

start_database() { # DIR
  install -d -o mysql -g mysql "$1/mysql" "$1/mysql-run"
  mariadb-install-db --user=mysql --datadir="$1/mysql" --auth-root-authentication-method=normal >"$1/mysql.log" 2>&1
  setpriv --reuid=mysql --regid=mysql --clear-groups mariadbd --no-defaults --datadir="$1/mysql" \
    --socket="$1/mysql-run/socket" --pid-file="$1/mysql-run/pid" --skip-networking --innodb-buffer-pool-size=64M \
    --innodb-lock-wait-timeout=900 >>"$1/mysql.log" 2>&1 &
  until_true mariadbd mariadb --socket="$1/mysql-run/socket" -e 'create database if not exists slurm_acct_db'
  export MYSQL_UNIX_PORT=$1/mysql-run/socket
  SLURM_CONF=$1/slurm.conf slurmdbd -D >>"$1/slurmdbd.out" 2>&1 &
  until_true slurmdbd sacctmgr --immediate show cluster
  sacctmgr --immediate add cluster enigma >>"$1/slurmdbd.out" 2>&1
  sacctmgr --immediate add account lab >>"$1/slurmdbd.out" 2>&1
  sacctmgr --immediate add user root account=lab >>"$1/slurmdbd.out" 2>&1
}

start() { # DIR ACCOUNTING
  local dir=$1 n
  mkdir -p "$dir/state"
  chmod 755 "$dir"  # munged is another user
  dir=$(cd "$dir" && pwd)
  export SLURM_CONF=$dir/slurm.conf
  write_configuration "$dir" "$2"
  printf 'export SLURM_CONF=%s/slurm.conf\n' "$dir" >"$dir/env"
  start_munge "$dir"
  if [ "$2" = yes ]; then start_database "$dir"; fi
  start_controller "$dir"
  for n in $(seq $nodes); do start_node "$dir" "n$n"; done
  until_true "nodes" sh -c "[ \$(sinfo -h -N -p high -t idle -o %N | wc -l) = $nodes ]"
}

start_controller() { # DIR
  slurmctld -D -f "$1/slurm.conf" >>"$1/slurmctld.out" 2>&1 &
  echo $! >"$1/slurmctld.shell"
  until_true slurmctld scontrol ping
}

start_node() { # DIR NODE
  mkdir -p "$1/spool-$2"
  slurmd -D -N "$2" -f "$1/slurm.conf" >>"$1/slurmd-$2.out" 2>&1 &
}

stop() { # DIR
  local pids file
  export SLURM_CONF=$1/slurm.conf
  scancel --user=root >/dev/null 2>&1 || true
  for file in "$1"/slurmd-n*.pid "$1/slurmctld.pid" "$1/slurmdbd.pid" "$1/mysql-run/pid" "$1/munge/pid"; do
    [ -s "$file" ] || continue
    pids=$(cat "$file")
    : >"$file"
    kill "$pids" 2>/dev/null || continue
    for _ in $(seq 50); do kill -0 "$pids" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pids" 2>/dev/null || true
  done
}

case ${1:-} in
  start) start "$2" "$([ "${3:-}" = --accounting ] && echo yes || echo no)" ;;
  stop) stop "$(cd "$2" && pwd)" ;;
  node) export SLURM_CONF=$2/slurm.conf; start_node "$(cd "$2" && pwd)" "$3" ;;
  controller) export SLURM_CONF=$2/slurm.conf; start_controller "$(cd "$2" && pwd)" ;;
  check) why=$(say_why_not "$([ "${2:-}" = --accounting ] && echo yes || echo no)"); [ -z "$why" ] || { echo "$why"; exit 1; } ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
esac
